// What the page keeps: the store's state, and the rows in it.

import type { RowCache } from "../state/row_cache.js";
import type { CaptureStatus, ConnectionRow, Demo, ExchangeRow, MessageRow } from "./rows.d.ts";

/** A range of time, ns since the capture's start. */
export interface FixedSpan {
  from: number;
  to: number;
  last?: undefined;
  since?: undefined;
}

/** The newest ns of a capture that grows. */
export interface LastSpan {
  last: number;
  from?: undefined;
  to?: undefined;
  since?: undefined;
}

/** Everything from a moment on, ns since the capture's start. */
export interface SinceSpan {
  since: number;
  from?: undefined;
  to?: undefined;
  last?: undefined;
}

export type Span = FixedSpan | LastSpan | SinceSpan;

/** What the address bar names. */
export interface Route {
  view: string;
  id: number | null;
  packet: number | null;
  /** the display filter */
  filter: string;
  span: Span | null;
  /** whether silence on the timeline is folded */
  fold: boolean;
  order: string;
  at: number | null;
  way: number | null;
  message: number | null;
  tab: string;
}

/** A row with its first and its last moment, in ns since the capture's start. */
export type Timed<Row> = Row & { at_ns: number; until_ns: number };

/** The tables that the page keeps rows of. */
export interface RowTypes {
  connections: Timed<ConnectionRow>;
  exchanges: Timed<ExchangeRow>;
  messages: Timed<MessageRow>;
}

export type TableName = keyof RowTypes;

export type Tables = { [Name in TableName]: RowCache<RowTypes[Name]> };

export interface Problem {
  message: string;
  what_to_do: string;
}

/** The result of an action of the demo; `clients` are the sockets of its client sides. */
export interface Outcome {
  name: string;
  ok: boolean;
  text: string;
  clients: string[];
}

export interface State {
  feed: "connecting" | "live" | "lost" | "shut";
  problem: Problem | null;
  capture: Partial<CaptureStatus>;
  notesSeen: number;
  behind: number | null;
  demo: Demo | null;
  lab: { running: string | null; outcome: Outcome | null; watch: string[] };
  lengths: Record<string, number>;
  tables: Tables;
  end: number;
  route: Route;
}
