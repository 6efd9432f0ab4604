// What the server sends, as inspector/views and web/api build it; tests/web/test_page_types.py compares the names.
// Times in ns: `time_ns` since 1970, `at_ns` since the first packet; null where times go back or none is known.

export type Side = "client" | "server";

/** What both ends have: the client's, then the server's. */
export type Pair<T> = [client: T, server: T];

/** What begins in a packet. */
export interface Carried {
  kind: "request" | "response" | "message";
  text: string;
}

export interface PacketRow {
  number: number;
  time_ns: number | null;
  at_ns: number | null;
  captured: number;
  length: number;
  /** null outside TCP, as all that only TCP has */
  connection: number | null;
  direction: Side | null;
  ip_protocol: number | null;
  flags: string[];
  seq: number | null;
  ack: number | null;
  window: number | null;
  payload: number;
  /** tshark's names */
  analysis: string[];
  /** names in VERDICTS of text/terms.js */
  verdicts: string[];
  client_state: string | null;
  server_state: string | null;
  client_state_assumed: boolean | null;
  server_state_assumed: boolean | null;
  unacceptable: string | null;
  duplicate: boolean;
  ack_rtt_ns: number | null;
  in_flight: number | null;
  interface: string | null;
  comment: string | null;
}

/** A packet in the packet table. */
export interface ListedPacket extends PacketRow {
  client: string | null;
  server: string | null;
  protocol: string | null;
  /** the end that sent nothing that was captured */
  silent: Side | null;
  /** packets of one number have comparable times */
  clock: number;
  /** since the packet listed before in the file's order; null where timestamps go backwards */
  since_ns: number | null;
  carries: Carried[];
  carries_more: number;
}

/** A packet of one connection, in its ladder. */
export interface LadderPacket extends PacketRow {
  /** ns since the connection's first packet, and since the packet before */
  elapsed_ns: number | null;
  quiet_ns: number | null;
  carries: Carried[];
  carries_more: number;
}

export interface ConnectionRow {
  id: number;
  client: string;
  server: string;
  start_ns: number | null;
  end_ns: number | null;
  at_ns: number | null;
  duration_ns: number | null;
  protocol: string;
  inside: string | null;
  packets: Pair<number>;
  bytes: Pair<number>;
  missed_bytes: Pair<number>;
  retransmissions: Pair<number>;
  outcome: string;
  /** Zeek's */
  conn_state: string;
  history: string;
  client_state: string;
  server_state: string;
  client_state_assumed: boolean;
  server_state_assumed: boolean;
  /** the end that sent nothing that was captured */
  silent: Side | null;
  handshake_ns: number | null;
  syn_rtt_ns: number | null;
  closed_by: Side | null;
  reset_by: Side | null;
  vlan: number[] | null;
  tunnel: string | null;
  /** both as text */
  network: string | null;
  interface: string | null;
  first_packet: number;
  last_packet: number;
  /** of the processes and descriptors that hold the ends, as far as they are known */
  processes: Pair<string | null>;
  fds: Pair<number | null>;
}

interface HttpMessage {
  packet: number;
  time_ns: number | null;
  at_ns: number | null;
  version: string;
  headers: [name: string, value: string][];
  body_bytes: number;
  complete: boolean;
}

export interface HttpRequest extends HttpMessage {
  method: string;
  target: string;
}

export interface HttpResponse extends HttpMessage {
  status: number;
  reason: string;
}

export interface ExchangeRow {
  id: number;
  connection: number;
  request: HttpRequest | null;
  response: HttpResponse | null;
  informational: HttpResponse[];
  timing_ns: { connect: number | null; send: number | null; wait: number | null; receive: number | null };
  took_ns: number | null;
  cause: string | null;
  alternatives: string[];
  shares_ns: Record<string, number>;
  notes: string[];
}

export interface FrameRow {
  id: number;
  connection: number;
  direction: Side;
  packet: number;
  time_ns: number | null;
  at_ns: number | null;
  opcode: number;
  fin: boolean;
  rsv: number;
  masked: boolean;
  length: number;
  message: number | null;
  damaged: boolean;
}

export interface MessageRow {
  id: number;
  connection: number;
  direction: Side;
  kind: string;
  first_packet: number;
  last_packet: number;
  time_ns: number | null;
  at_ns: number | null;
  frames: number;
  compressed: boolean;
  bytes: number;
  wire_bytes: number;
  text: string | null;
  /** the beginning of what is no text */
  hex: string | null;
  close_code: number | null;
  complete: boolean;
  /** the message on one line */
  info: string;
}

/** A sentence of the story. */
export interface EventRow {
  id: number;
  time_ns: number | null;
  at_ns: number | null;
  kind: string;
  connection: number;
  direction: Side | null;
  packet: number;
  row: number | null;
  since: number | null;
  count: number | null;
  bytes: number | null;
  sentence: string;
}

/** A file descriptor of a process, from open to close. */
export interface DescriptorRow {
  id: number;
  namespace: number;
  pid: number;
  process: string | null;
  fd: number;
  inode: number | null;
  role: "listener" | "client" | "server" | null;
  opened_by: string | null;
  opened_time_ns: number | null;
  opened_at_ns: number | null;
  connect_time_ns: number | null;
  connect_at_ns: number | null;
  closed_by: string | null;
  closed_time_ns: number | null;
  closed_at_ns: number | null;
  local: string | null;
  remote: string | null;
  connection: number | null;
  direction: Side | null;
  revision: number;
  /** under which the chat server keeps it */
  name: string | null;
  named_time_ns: number | null;
  named_at_ns: number | null;
  forgotten_time_ns: number | null;
  forgotten_at_ns: number | null;
}

/** The kernel's state of one end of a connection, or of a listener, when it was asked. */
export interface KernelRow {
  id: number;
  time_ns: number;
  at_ns: number | null;
  took_ns: number;
  namespace: number;
  local: string | null;
  remote: string | null;
  connection: number | null;
  direction: Side | null;
  revision: number;
  state: string;
  listed: boolean;
  /** the state that the packets show then, and whether it is another */
  wire_state: string | null;
  differs: boolean;
  why: string | null;
  remark: string | null;
  inode: number | null;
  token: number | null;
  unread: number;
  unacknowledged: number;
  rtt_us: number | null;
  rtt_variation_us: number | null;
  least_rtt_us: number | null;
  congestion_window: number | null;
  retransmissions: number | null;
  pacing_rate: number | null;
}

/** Both ends' states from a moment on; null for "assumed" where nothing of that end was captured. */
export type StateStep = [
  at_ns: number,
  client: string,
  server: string,
  clientIsAssumed: boolean | null,
  serverIsAssumed: boolean | null,
];

/** A place of the capture that shows one of the lessons about descriptors. */
export interface DescriptorFact {
  kind: string;
  at_ns: number;
  connection: number | null;
  tokens: number[];
  sentence: string;
}

/** A message that a server passed on, and the descriptors it went through. */
export interface MessagePath {
  message: number;
  push: number;
  said: string;
  connections: Pair<number>;
  packets: Pair<number>;
  at_ns: Pair<number>;
  tokens: Record<"sender" | "entry" | "exit" | "receiver", number | null>;
}

/** A phase of a connection, in packet numbers. */
export interface Phase {
  name: string;
  first_packet: number;
  last_packet: number;
}

/** Packets of a connection with what begins in them: /api/connections/N/ladder. */
export interface LadderRun {
  packets: LadderPacket[];
  before: LadderPacket | null;
  after: LadderPacket | null;
  phases: Phase[];
  events: EventRow[];
  exchanges: ExchangeRow[];
  messages: MessageRow[];
}

export interface LadderAnswer extends LadderRun {
  connection: ConnectionRow;
  total: number;
  start: number;
}

/** A lane of the timeline. */
export interface LaneRow extends ConnectionRow {
  is_open: boolean;
  established: boolean;
  closing_at_ns: number | null;
  asks: string | null;
  exchanges: number;
  status: number | null;
  wait_ns: number | null;
  statuses: [status: number | null, times: number][];
  cut: number;
  messages: Pair<number>;
  trouble: number;
}

/** Part of a list: the rows asked for, and how many there are in all. */
export interface RowsAnswer<Row> {
  rows: Row[];
  total: number;
}

export interface CaptureStatus {
  name: string;
  source: "live" | "demo" | "file" | "replay";
  state: "loading" | "running" | "paused" | "ended";
  interface: string | null;
  /** the capture filter */
  filter: string | null;
  start_ns: number | null;
  packets: number;
  bytes: number;
  tokens: number;
  rate: number;
  received: number | null;
  dropped: number | null;
  notes: string[];
  troubles: string[];
  recording: string | null;
  can_stop: boolean;
  noted: number;
  looked_ns: number | null;
}

export interface DemoAction {
  name: string;
  label: string;
  explanation: string;
}

export interface Demo {
  mode: string;
  remark: string;
  addresses: { http?: string; chat_page?: string };
  actions: DemoAction[];
}

/** What the feed says has changed. */
export interface Delta {
  rev: number;
  resync?: boolean;
  capture?: Partial<CaptureStatus>;
  lengths?: Record<string, number>;
  stale?: string[];
  connections?: ConnectionRow[];
  exchanges?: ExchangeRow[];
  messages?: MessageRow[];
}

export interface Snapshot extends Delta {
  showing: number;
  demo: Demo | null;
}
