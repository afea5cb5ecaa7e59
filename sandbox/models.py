"""What the sandbox keeps."""

from __future__ import annotations

from sandbox.lease import NumberLease as NumberLease
from sandbox.receiver import ReceivedRequest as ReceivedRequest
from sandbox.receiver import Receiver as Receiver
from sandbox.scenario_run import ScenarioRun as ScenarioRun
from sandbox.simulation import Said as Said
from sandbox.simulation import SimulatedText as SimulatedText
from sandbox.simulation import Simulation as Simulation
