import { drawings } from "./drawings.mjs";

await drawings("polling-and-push", {
  "timeline": "#/timeline?order=bytes",
  "connections": "#/connections",
  "exchange": "#/http/4",
  "compare": "#/compare",
});
