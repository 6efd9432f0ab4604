# The C types that frame_parser.py uses.

cimport inspector.websocket.stages as stages
cimport inspector.wire.byte_order as byte_order
from inspector.tables.chunk_cursor cimport Pieces
from inspector.websocket.content_store cimport Kept
from inspector.websocket.direction_state cimport Stream
from inspector.websocket.frame_rows cimport FrameRows
from inspector.websocket.message_parser cimport MessageReader
from inspector.websocket.message_rows cimport MessageRows
