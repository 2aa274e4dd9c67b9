# SPDX-License-Identifier: MIT
"""Whether `make run` uses KVM (tools/qemu.py), on simulated systems: a script takes the place of QEMU."""
import os
import time

import pytest

import qemu

FLAGS = {'intel': 'flags\t\t: fpu vme vmx ssse3\nvmx flags\t: vnmi\n', 'amd': 'flags : fpu svm\n', 'pvm': 'model name : vmx\nflags : fpu vmxoff\n'}
QEMUS = {'panic': 'exit 3', 'abort': 'kill -ABRT $$', 'refused': 'echo "no KVM" >&2; exit 1', 'missing': '',
         'stands still': 'echo "KVM internal error. Suberror: 1" >&2; exec sleep 60', 'silent': 'exec sleep 60'}


@pytest.fixture
def system(tmp_path, monkeypatch):
    """system(flags, qemu): what kvm() says of a kernel there."""
    os.symlink('/bin/sleep', tmp_path / 'sleep')
    (tmp_path / 'kernel').write_text('')
    monkeypatch.setenv('PATH', str(tmp_path))
    monkeypatch.setattr(qemu.os, 'access', lambda path, mode: path == '/dev/kvm')
    monkeypatch.setattr(qemu, 'CPUINFO', str(tmp_path / 'cpuinfo'))
    monkeypatch.setattr(qemu, 'KVM_SECONDS', 2)

    def says(flags, machine, image='kernel'):
        (tmp_path / 'cpuinfo').write_text(FLAGS[flags])
        if QEMUS[machine]:
            (tmp_path / 'qemu-system-x86_64').write_text('#!/bin/sh\n' + QEMUS[machine] + '\n')
            (tmp_path / 'qemu-system-x86_64').chmod(0o755)
        return qemu.kvm(str(tmp_path / image))
    return says


@pytest.mark.parametrize('flags', ['intel', 'amd'])
def test_a_kernel_that_boots(system, flags):
    assert system(flags, 'panic') == 'works'


@pytest.mark.parametrize('machine', ['abort', 'refused', 'missing', 'silent'])
def test_a_kernel_that_does_not_boot(system, machine):
    assert system('intel', machine) == 'fails'


def test_an_instruction_that_kvm_does_not_know_is_seen_at_once(system):
    begin = time.monotonic()
    assert system('intel', 'stands still') == 'fails' and time.monotonic() < begin + 1.5


def test_kvm_in_software_is_not_used(system):
    assert system('pvm', 'panic') == 'no'


def test_without_a_kernel_nothing_is_tried(system):
    assert system('intel', 'panic', 'nothing') == 'untried'


def test_emulated_is_what_is_not_asked_for():
    assert qemu.accelerator() == qemu.EMULATED
