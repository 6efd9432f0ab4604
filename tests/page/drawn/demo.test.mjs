import { drawings } from "./drawings.mjs";

await drawings("demo", {
  "timeline": "#/timeline",
  "timeline-part": "#/timeline/5?t=3.4-4.2&order=bytes",
  "overview": "#/overview",
  "ladder": "#/connections/5",
  "statistics": "#/connections/5?tab=facts",
  "stream": "#/connections/5?tab=streams",
  "graphs": "#/connections/1?tab=graphs",
  "packet": "#/packets?packet=20",
  "exchange": "#/http/1",
  "message": "#/websocket/6?m=2",
  "sockets-way": "#/sockets?way=6",
  "compare": "#/compare",
});
