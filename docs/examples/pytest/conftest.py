"""Starts a Wicketgate for the tests: copy this file beside yours."""

import json
import os
import subprocess
import urllib.error
import urllib.request

import pytest

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # the gateway of a test is at http://127.0.0.1


class Gateway:
    """What a test does with the gateway; docs/reference/testserver.md has every order."""

    def __init__(self, url, control):
        self.url, self.control = url, control

    def order(self, path, **order):
        """Posts an order, and returns the answer."""
        request = urllib.request.Request(self.control + path, json.dumps(order).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as e:
            raise AssertionError(f"{path}: {json.load(e)['error']}") from None

    def authorize(self, url, username, **more):
        """Signs somebody in and agrees; returns the address to which the browser is sent back."""
        return self.order("/authorize", url=url, username=username, **more)["location"]


@pytest.fixture(scope="session")
def testserver():
    """One Wicketgate for all tests; it ends when its standard input does, and so with the tests, however they end."""
    command = [os.environ.get("WICKETGATE", "wicketgate"), "testserver", "--until-stdin-ends"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield Gateway(**json.loads(server.stdout.readline()))
        server.stdin.close()


@pytest.fixture
def gateway(testserver):
    """A gateway with nobody in it."""
    testserver.order("/reset")
    return testserver
