# What Exon needs of a host, in Debian 12: for amd64 and arm64, without privileges and without KVM.
# 'make container CMD=...' and .devcontainer/ use it; the source is mounted, not copied.
FROM debian:12
RUN useradd --create-home --shell /bin/bash student
COPY tools/deps.sh tools/packages.txt /opt/exon/tools/
RUN /opt/exon/tools/deps.sh run iso debug fuzz grade test \
 && rm -rf /var/lib/apt/lists/*
# What the accessibility tests of the film's page load (tests/kernel/test_film_page.py has the version, too). npm is not kept.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates npm \
 && mkdir /opt/exon/axe-core@4.10.3 && cd /opt/exon/axe-core@4.10.3 \
 && { npm pack --silent axe-core@4.10.3 && tar -xzf axe-core-4.10.3.tgz || echo "no axe-core: these tests will be skipped"; } \
 && apt-get purge -y --autoremove npm && rm -rf /var/lib/apt/lists/* /root/.npm *.tgz
# For a volume in the place of the folder that is built in, whoever the user is.
RUN mkdir --parents --mode=777 /exon/build
WORKDIR /exon
