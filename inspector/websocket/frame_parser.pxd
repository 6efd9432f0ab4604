# The C types that frame_parser.py uses.

cimport inspector.websocket.stages as stages
cimport inspector.wire.byte_order as byte_order
from inspector.tables.chunk_cursor cimport ChunkCursor
from inspector.websocket.content_store cimport ContentStore
from inspector.websocket.direction_state cimport DirectionState
from inspector.websocket.frame_writer cimport FrameWriter
from inspector.websocket.message_parser cimport MessageParser
from inspector.websocket.message_writer cimport MessageWriter
