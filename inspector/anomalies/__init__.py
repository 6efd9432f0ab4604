"""All anomalies that the engine can report: their codes, sentences and rules.

An anomaly row (`table.ANOMALIES`) holds the index of its code here and the numbers that were compared; `describe`
inserts them into the sentence. The documentation is generated from the same lists.
"""

from inspector.anomalies.anomaly import Anomaly
from inspector.anomalies.http import HTTP
from inspector.anomalies.ip import IP
from inspector.anomalies.registry import ANOMALIES, describe, index_of
from inspector.anomalies.tcp import TCP
from inspector.anomalies.websocket import WEBSOCKET

__all__ = ["ANOMALIES", "HTTP", "IP", "TCP", "WEBSOCKET", "Anomaly", "describe", "index_of"]
