"""The server around the simulator stops when it is told to, however early that is."""

import asyncio
import threading
import time

import httpx
import pytest
import uvicorn
from intunesim import Simulator, serving
from intunesim.server import StoppableServer

SOON = 5.0


async def _nothing(scope, receive, send):
    """An application that is never asked."""


@pytest.fixture
def server():
    return StoppableServer(uvicorn.Config(_nothing, lifespan="off"))


def test_a_stop_that_comes_before_the_server_waits_for_one_is_not_missed(server):
    server.stop()
    asyncio.run(asyncio.wait_for(server.main_loop(), SOON))


def test_a_stop_from_another_thread_ends_the_wait(server):
    def later():
        while server._loop is None:
            time.sleep(0.001)
        server.stop()

    thread = threading.Thread(target=later)
    thread.start()
    asyncio.run(asyncio.wait_for(server.main_loop(), SOON))
    thread.join()


def test_a_block_that_ends_leaves_nobody_listening():
    simulator = Simulator()
    with serving(simulator) as running:
        assert httpx.get(f"{running.url}/_sim/faults").json() == []
    simulator.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{running.url}/_sim/faults")
