import { drawings } from "./drawings.mjs";

await drawings("zero-window", {
  "timeline": "#/timeline/0",
  "overview": "#/overview",
  "connections": "#/connections",
  "ladder": "#/connections/0",
  "statistics": "#/connections/0?tab=facts",
});
