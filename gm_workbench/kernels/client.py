"""The batch's side of a kernel: ready as soon as the kernel says so; Jupyter's own waits for a silence too."""

from __future__ import annotations

import math
import time
from queue import Empty

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient

ANSWER_SECONDS = 1.0
"""How long an answer may take before the kernel is looked at, and asked again."""

IDLE_SECONDS = 0.2
"""How long it may take from the answer until the kernel says that it is idle."""

AGAIN_MILLISECONDS = 5
"""How soon a socket is tried again that the kernel has not made yet; by default a tenth of a second."""


class PromptClient(AsyncKernelClient):  # type: ignore[misc]  # jupyter_client has no types that mypy reads here
    """A client that knows when its kernel is ready by what the kernel says, not by a silence."""

    def _context_default(self) -> zmq.asyncio.Context:
        context: zmq.asyncio.Context = super()._context_default()
        context.setsockopt(zmq.RECONNECT_IVL, AGAIN_MILLISECONDS)
        return context

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel has said who it is, and that it is idle.

        Parameters
        ----------
        timeout : float, optional
            Seconds; left out, as long as the kernel lives.

        Raises
        ------
        DeadKernelError
            When the kernel has died.
        RuntimeError
            When it took longer.
        """
        end = time.monotonic() + (math.inf if timeout is None else timeout)
        while not await self._answers(self.kernel_info()):
            if not await self._async_is_alive():
                from nbclient.exceptions import DeadKernelError  # takes a second to import, and is seldom needed

                raise DeadKernelError("The kernel died before it said who it is.")
            if time.monotonic() > end:
                raise RuntimeError(f"The kernel did not say who it is within {timeout:.0f} seconds.")

    async def _answers(self, asked: str) -> bool:
        """Say whether the kernel answered a question and went idle; what was said before a socket was there is not heard."""
        try:
            while True:
                reply = await self.shell_channel.get_msg(timeout=ANSWER_SECONDS)
                if reply["parent_header"].get("msg_id") == asked:
                    break
            while True:
                said = await self.iopub_channel.get_msg(timeout=IDLE_SECONDS)
                if said["parent_header"].get("msg_id") == asked and said["content"].get("execution_state") == "idle":
                    break
        except Empty:
            return False
        self._handle_kernel_info_reply(reply)
        return True
