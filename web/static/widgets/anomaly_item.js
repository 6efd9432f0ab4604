// An anomaly as an item of a list: its title, the values compared, the rule, and links.

import { h } from "./dom.js";

/**
 * @param {object} anomaly row of the anomalies table
 * @param {...Node} links
 */
export const anomalyItem = ({ title, detail, reference, severity }, ...links) =>
  h(
    "li",
    { class: severity },
    h("b", {}, title),
    h("span", {}, ` ${detail} `),
    h("span", { class: "anomaly-rule" }, reference),
    links.flatMap((link) => [" ", link]),
  );
