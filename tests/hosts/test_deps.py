# SPDX-License-Identifier: MIT
"""tools/deps.sh on simulated systems: scripts take the place of dpkg-query, apt-get, id and sudo."""
import os
import shutil
import subprocess

import pytest

from conftest import TOP

FAKES = {
    'id': '[ "$1" = -u ] && echo ${FAKE_UID:-0} || echo ${FAKE_GROUPS:-users}',
    'uname': 'echo ${FAKE_MACHINE:-x86_64}',
    'dpkg-query': 'sed "s/^/installed /" $STATE/installed',
    'apt-cache': 'shift; for name; do grep -qx "$name" $STATE/known && echo "$name:" && echo "  Candidate: 1"; done',
    # As apt does: one unknown name, and nothing is installed.
    'apt-get': '''echo "$@" >>$STATE/calls
for word; do case $word in update) exit 0;; -s) exit 0;; esac; done
for word; do case $word in -* | install | Acquire* | DPkg* | Dpkg*) continue;; esac; grep -qx "$word" $STATE/known || exit 100; done
for word; do case $word in -* | install | Acquire* | DPkg* | Dpkg*) continue;; esac; echo $word >>$STATE/installed; done''',
    'sudo': '''echo sudo "$@" >>$STATE/calls
[ "$1" = -n ] && exit ${FAKE_SUDO_N:-1}; [ "$1" = -v ] && exit ${FAKE_SUDO_V:-1}; exec "$@"''',
}
RUN = ['gcc', 'libc6-dev', 'linux-libc-dev', 'binutils', 'make', 'nasm', 'python3', 'qemu-system-x86', 'gpgv']


@pytest.fixture
def system(tmp_path):
    """A system whose mirror has the packages of the file known; those of the file installed are here."""
    (tmp_path / 'bin').mkdir()
    (tmp_path / 'tools').mkdir()
    for name in ('deps.sh', 'packages.txt'):
        shutil.copy(os.path.join(TOP, 'tools', name), tmp_path / 'tools')
    for name, text in FAKES.items():
        (tmp_path / 'bin' / name).write_text('#!/bin/sh\n' + text + '\n')
        (tmp_path / 'bin' / name).chmod(0o755)
    for name in ('sh', 'sed', 'grep', 'tr', 'mktemp', 'rm', 'tail', 'cat', 'dirname', 'mkdir', 'env', 'head'):
        os.symlink(shutil.which(name), tmp_path / 'bin' / name)
    (tmp_path / 'known').write_text('\n'.join(RUN + ['clang', 'libclang-rt-14-dev', 'qemu-system-gui', 'xorriso']) + '\n')
    (tmp_path / 'installed').write_text('make\n')

    class System:
        path = tmp_path

        def deps(self, *groups, **environment):
            environment = dict(environment, PATH=str(tmp_path / 'bin'), STATE=str(tmp_path), TMPDIR=str(tmp_path))
            p = subprocess.run(['sh', str(tmp_path / 'tools' / 'deps.sh'), *groups], env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
            return p.returncode, p.stdout

        def read(self, name):
            return (tmp_path / name).read_text() if (tmp_path / name).exists() else ''

    return System()


def test_root_installs_what_is_missing_and_says_so(system):
    status, text = system.deps('run')
    assert status == 0 and 'sudo' not in system.read('calls')
    assert text.startswith('Installing, once: gcc libc6-dev ') and text.count('\n') == 1
    assert set(system.read('installed').split()) == set(RUN)
    (system.path / 'calls').write_text('')
    assert system.deps('run') == (0, '') and not system.read('calls')


def test_a_user_with_sudo(system):
    status, _ = system.deps('run', FAKE_UID='1000', FAKE_GROUPS='users sudo', FAKE_SUDO_V='0')
    assert status == 0 and 'sudo env DEBIAN_FRONTEND=noninteractive apt-get' in system.read('calls')


def test_a_user_who_may_not_install_gets_a_line_and_nothing_is_called(system):
    status, text = system.deps('run', FAKE_UID='1000')
    assert status == 1 and 'nothing was built' in text
    assert '    apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev linux-libc-dev binutils nasm' in text
    assert 'apt-get' not in system.read('calls') and 'sudo -v' not in system.read('calls')


def test_another_name_and_a_missing_optional_package_stop_nothing(system):
    status, text = system.deps('run', 'fuzz', 'iso')
    have = system.read('installed').split()
    assert 'libclang-rt-14-dev' in have and 'xorriso' in have and 'qemu-system-x86' in have
    assert text.count('could not be installed') == 1
    assert 'without ovmf: ' in text and 'this target does not work without: grub-common grub-pc-bin mtools xz-utils' in text
    assert status == 1


def test_an_optional_package_is_tried_once(system):
    with open(system.path / 'known', 'a') as f:
        f.write('grub-common\ngrub-pc-bin\nmtools\nxz-utils\ngrub-efi-amd64-bin\n')
    status, text = system.deps('iso')
    assert status == 0 and "without ovmf: 'make run-iso UEFI=1' and its test" in text
    assert system.deps('iso') == (0, '')
    assert 'ovmf' in system.deps()[1]       # make deps tries again


def test_offline_installs_nothing(system):
    status, text = system.deps('run', OFFLINE='1')
    assert status == 1 and 'does not work without: gcc' in text and not system.read('calls')


def test_arm64_gets_the_cross_compiler(system):
    _, text = system.deps('run', FAKE_MACHINE='aarch64', FAKE_UID='1000')
    assert 'gcc-x86-64-linux-gnu' in text and 'libc6-dev-amd64-cross' in text and ' gcc ' not in text


def test_no_debian(system):
    for name in ('dpkg-query', 'apt-get', 'apt-cache'):
        os.unlink(system.path / 'bin' / name)
    status, text = system.deps('run')
    assert status == 1 and 'please install: gcc ld make nasm python3 gpgv qemu-system-x86_64' in text and 'docs/hosts.md' in text


def test_unknown_group(system):
    assert system.deps('rum') == (2, 'deps: tools/packages.txt has no group rum\n')
