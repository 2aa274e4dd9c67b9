# SPDX-License-Identifier: MIT
"""One Chromium for many pages: starting it is most of the work for a page.

It is spoken to by the DevTools protocol over a pipe: JSON ended by NUL. Each
page has a context of its own, so that none finds what another has stored.
"""
import json
import os
import select
import shutil
import subprocess
import time

BROWSER = shutil.which('chromium') or shutil.which('chromium-browser')
SECONDS = 120       # for one answer


class Browser:
    """A running Chromium; a page is Page(browser, url)."""

    def __init__(self, *options):
        theirs_in, self.out = os.pipe()
        self.inp, theirs_out = os.pipe()
        self.received, self.number, self.events = b'', 0, []
        # It reads descriptor 3 and writes descriptor 4.
        self.process = subprocess.Popen(
            ['sh', '-c', 'exec "$@" 3</proc/self/fd/%d 4>/proc/self/fd/%d' % (theirs_in, theirs_out), 'sh', BROWSER, '--headless', '--no-sandbox',
             '--disable-gpu', '--remote-debugging-pipe', *options],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)

    def close(self):
        try:
            self.call('Browser.close')
            self.process.wait(SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
            os.close(self.inp)
            os.close(self.out)

    def receive(self):
        """The next message."""
        end = time.monotonic() + SECONDS * float(os.environ.get('TIMEOUT_SCALE', '1'))
        while b'\0' not in self.received:
            assert select.select([self.inp], [], [], max(0, end - time.monotonic()))[0], 'Chromium does not answer'
            more = os.read(self.inp, 1 << 20)
            assert more, 'Chromium has ended'
            self.received += more
        message, self.received = self.received.split(b'\0', 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self.number += 1
        message = {'id': self.number, 'method': method, 'params': parameters, **({'sessionId': session} if session else {})}
        data = json.dumps(message).encode() + b'\0'
        while data:
            data = data[os.write(self.out, data):]
        while True:
            answer = self.receive()
            if answer.get('id') == self.number:
                assert 'error' not in answer, (method, answer['error'])
                return answer['result']
            self.events.append(answer)

    def wait(self, session, method):
        """Until that event of the session has come."""
        while not any(e['method'] == method and e.get('sessionId') == session for e in self.events):
            self.events.append(self.receive())


class Page:
    """A page that has been loaded."""

    def __init__(self, browser, url):
        self.browser = browser
        self.context = browser.call('Target.createBrowserContext')['browserContextId']
        target = browser.call('Target.createTarget', url='about:blank', browserContextId=self.context)['targetId']
        self.session = browser.call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        browser.events.clear()
        for domain in ('Page', 'Runtime', 'Log'):
            self.call(domain + '.enable')
        self.call('Page.navigate', url=url)
        browser.wait(self.session, 'Page.loadEventFired')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.browser.call('Target.disposeBrowserContext', browserContextId=self.context)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def value(self, script):
        """What @script comes to; a promise is waited for."""
        answer = self.call('Runtime.evaluate', expression=script, awaitPromise=True, returnByValue=True)
        assert 'exceptionDetails' not in answer, answer
        return answer['result'].get('value')

    def dom(self):
        return self.value('document.documentElement.outerHTML')

    def complaints(self):
        """What the page wrote to the console, and the errors of its scripts."""
        return [e for e in self.browser.events if e['method'] in ('Runtime.consoleAPICalled', 'Runtime.exceptionThrown', 'Log.entryAdded')]
