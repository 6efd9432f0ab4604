# The C types that parser.py uses.

cimport inspector.http.stages as stages
from inspector.http.body_reader cimport BodyReader
from inspector.http.direction_state cimport DirectionState
from inspector.http.directions cimport Directions
from inspector.http.exchanges cimport Exchanges
from inspector.http.head_reader cimport HeadReader
from inspector.http.message_reader cimport MessageReader
from inspector.http.message_writer cimport MessageWriter
from inspector.http.message_start cimport MessageStarts
from inspector.tables.chunk_cursor cimport ChunkCursor
