# What Exon needs of a host, in Debian 12: for amd64 and arm64, without privileges and without KVM.
# 'make container CMD=...' and .devcontainer/ use it; the source is mounted, not copied.
FROM debian:12
RUN useradd --create-home --shell /bin/bash student
COPY tools/deps.sh tools/packages.txt /opt/exon/tools/
RUN /opt/exon/tools/deps.sh run iso debug fuzz grade test \
 && rm -rf /var/lib/apt/lists/*
# For a volume in the place of the folder that is built in, whoever the user is.
RUN mkdir --parents --mode=777 /exon/build
WORKDIR /exon
