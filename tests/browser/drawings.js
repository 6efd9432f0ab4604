// Reads drawings as data, each in one go: what a reader of the page sees, not what its scripts meant to show.
// Directions come from geometry, colours from computed styles, by the name of the token that they are.

(() => {
  const TOKENS = "client server http ws trouble ink ink-2 ground ground-2 line line-2 focus".split(" ");

  const names = () => {
    const probe = document.createElement("i");
    document.body.append(probe);
    const found = new Map();
    for (const token of TOKENS) {
      probe.style.color = `var(--${token})`;
      found.set(getComputedStyle(probe).color, token);
    }
    probe.remove();
    return found;
  };
  /** The tokens of the colours in a computed style, joined; mixed and translucent ones are left out. */
  const tokenOf = (known, style) =>
    [...new Set((style.match(/rgba?\([^)]*\)/g) ?? []).map((colour) => known.get(colour)).filter(Boolean))].join(" ");
  const seen = (selector, root = document) =>
    [...root.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  const text = (element, selector) => element.querySelector(selector)?.textContent ?? null;
  const box = (element) => element.getBoundingClientRect();
  const middle = ({ left, right }) => (left + right) / 2;
  const pixels = (value) => parseFloat(value);

  /** The head of an arrow drawn in CSS, a clipped ::after: where its tip is on the page, and which way it points. */
  const headOf = (arrow) => {
    const head = getComputedStyle(arrow, "::after");
    const points = head.clipPath.match(/polygon\((.*)\)/)[1].split(",").map((point) => point.trim().split(" "));
    const [x] = points.find(([, y]) => y === "50%");
    const [base] = points.find(([, y]) => y !== "50%");
    return {
      tip: box(arrow).left + pixels(head.left) + pixels(head.width) * (pixels(x) / 100),
      isRight: pixels(x) > pixels(base),
    };
  };

  const readers = {
    ladder(known) {
      return seen(".step.packet").map((step) => {
        const [client, server] = ["client", "server"].map((side) => middle(box(step.querySelector(`.band.${side}`))));
        const arrow = step.querySelector(".wire-arrow");
        const [from, to] = [box(arrow).left, box(arrow).right];
        const { tip, isRight } = headOf(arrow);
        const nearest = (x) => (Math.abs(x - client) < Math.abs(x - server) ? "client" : "server");
        const what = step.querySelector(".wire-what");
        const states = (side) => {
          const bands = [...step.querySelectorAll(`.band.${side} i`)];
          return {
            word: text(step, `.step-state.${side}`),
            bands: bands.map((band) => band.className.replace(/^(above|below) /, "")),
            colour: tokenOf(known, getComputedStyle(step.querySelector(`.step-state.${side}`)).color),
            paint: [
              ...new Set(bands.map((band) => tokenOf(known, getComputedStyle(band).background)).join(" ").split(" ")),
            ].filter((token) => !["", "line-2"].includes(token)),
            isBeside: Math.sign(middle(box(step.querySelector(`.step-state.${side}`))) - middle(box(bands[0]))),
          };
        };
        return {
          packet: Number(step.dataset.packet),
          number: text(step, ".wire-number"),
          clientIsLeft: client < server,
          from: nearest(Math.abs(tip - from) < Math.abs(tip - to) ? to : from),
          to: nearest(tip),
          pointsTo: isRight === client < server ? "server" : "client",
          arrow: tokenOf(known, getComputedStyle(arrow).background),
          head: tokenOf(known, getComputedStyle(arrow, "::after").backgroundColor),
          isDashed: getComputedStyle(arrow).backgroundImage !== "none",
          thick: pixels(getComputedStyle(arrow).height),
          what: what.textContent,
          whatColour: tokenOf(known, getComputedStyle(what).color),
          more: text(step, ".wire-more"),
          amount: text(step, ".wire-amount"),
          time: text(step, ".step-time"),
          client: states("client"),
          server: states("server"),
          verdicts: seen(".badge", step).map((badge) => [
            badge.textContent,
            tokenOf(known, getComputedStyle(badge).color),
            getComputedStyle(badge, "::before").content,
          ]),
          label: step.getAttribute("aria-label"),
          top: box(step).top,
        };
      });
    },

    /** The words and the colours of both ends above the ladder, from left to right. */
    ends: (known) =>
      seen(".sockets .socket").sort((a, b) => box(a).left - box(b).left).map((socket) => ({
        name: text(socket, ".socket-name"),
        parts: [...socket.querySelectorAll(".socket-part b")].map((part) => part.textContent),
        colour: tokenOf(known, getComputedStyle(socket.querySelector(".socket-name")).color),
      })),

    legend: (known) =>
      seen(".swatch-arrow").map((arrow) => {
        const isMirrored = getComputedStyle(arrow).transform.startsWith("matrix(-1");
        const { tip, isRight: pointsRight } = headOf(arrow); // as if it were not mirrored
        const isAtEnd = tip > middle(box(arrow)) === pointsRight;
        const way = pointsRight !== isMirrored ? "right" : "left";
        return [
          arrow.parentElement.querySelector("b").textContent,
          isAtEnd ? way : "astray",
          tokenOf(known, getComputedStyle(arrow).background),
        ];
      }),

    packets(known) {
      const colour = (element, part) => tokenOf(known, getComputedStyle(element.querySelector(part)).color);
      const heads = seen(".packets .grid-row.head .cell");
      return seen(".packets .grid-row:not(.head):not(.missing)").map((row) => ({
        cells: Object.fromEntries(
          [...row.children].map((cell) => {
            const at = middle(box(cell));
            const head = heads.find((one) => box(one).left <= at && at <= box(one).right);
            return [head?.textContent ?? cell.className, cell.textContent];
          }),
        ),
        what: text(row, ".packet-what"),
        whatColour: colour(row, ".packet-what"),
        more: text(row, ".packet-more"),
        verdict: text(row, ".packet-verdict"),
        verdictColour: colour(row, ".packet-verdict"),
        source: colour(row, ".cell.source .pair-port"),
        destination: colour(row, ".cell.destination .pair-port"),
        sourceTitle: row.querySelector(".cell.source").title,
        isTinted: getComputedStyle(row).backgroundColor !== "rgba(0, 0, 0, 0)",
        top: box(row).top,
      })).sort((a, b) => a.top - b.top);
    },

    connections(known) {
      return seen(".connections .grid-row:not(.head), .grid[class] .grid-row:not(.head):has(.life-bar)").map((row) => {
        const bar = row.querySelector(".life-bar");
        const drawn = getComputedStyle(bar, "::before");
        const { width } = box(bar);
        const pair = [...row.querySelectorAll(".cell.pair > span")];
        const ended = text(row, ".cell.ended");
        const isEnd = (one) => one.classList.contains("pair-end");
        return {
          id: Number(text(row, ".cell.id")),
          pair: pair.map((one) => [
            one.textContent,
            isEnd(one) ? tokenOf(known, getComputedStyle(one.lastChild).color) : null,
          ]),
          from: pixels(drawn.left) / width,
          to: (pixels(drawn.left) + pixels(drawn.width)) / width,
          bar: tokenOf(known, drawn.backgroundColor),
          goesOn: getComputedStyle(bar, "::after").display !== "none",
          duration: (ended === "closed" ? "" : `${ended}, `) + text(row, ".cell.duration"),
          packets: text(row, ".cell.packets"),
          bytes: text(row, ".cell.bytes"),
        };
      });
    },

    exchanges(known) {
      return seen(".grid-row:not(.head):has(.waterfall)").map((row) => {
        const bar = row.querySelector(".waterfall");
        return {
          id: Number(text(row, ".cell.id")),
          method: text(row, ".cell.method"),
          target: text(row, ".cell.target"),
          status: text(row, ".cell.status"),
          colour: tokenOf(known, getComputedStyle(row.querySelector(".cell.status")).color),
          time: text(row, ".cell.time"),
          size: text(row, ".cell.bytes"),
          connection: text(row, ".cell.connection"),
          phases: seen("i", bar).map((phase) => [
            phase.dataset.kind,
            (box(phase).left - box(bar).left) / box(bar).width,
            box(phase).width / box(bar).width,
            tokenOf(known, getComputedStyle(phase).background),
          ]),
        };
      });
    },

    chat() {
      const pane = box(document.querySelector(".chat .virtual-canvas"));
      return seen(".bubble").map((bubble) => {
        const words = box(bubble.querySelector(".bubble-text"));
        return {
          id: Number(bubble.dataset.id),
          text: text(bubble, ".bubble-text"),
          facts: text(bubble, ".bubble-facts > span"),
          push: text(bubble, ".bubble-push"),
          side: words.left - pane.left < pane.right - words.right ? "left" : "right",
          ground: getComputedStyle(bubble.querySelector(".bubble-text")).backgroundColor,
          top: box(bubble).top,
        };
      }).sort((a, b) => a.top - b.top);
    },

    chatHead: (known) =>
      [...document.querySelectorAll(".chat-head span")].sort((a, b) => box(a).left - box(b).left).map((side) => [
        side.textContent,
        tokenOf(known, getComputedStyle(side).color),
      ]),

    /** What a bubble's ground must be: the side's colour mixed into the page's. */
    grounds() {
      const probe = document.createElement("i");
      document.body.append(probe);
      const mixed = [["client", 13], ["server", 15]].map(([side, part]) => {
        probe.style.backgroundColor = `color-mix(in srgb, var(--${side}) ${part}%, var(--ground))`;
        return [side, getComputedStyle(probe).backgroundColor];
      });
      probe.remove();
      return Object.fromEntries(mixed);
    },

    sockets(known) {
      const slots = seen(".fd-slot.lit").map((slot) => ({
        process: slot.closest(".fd-process").querySelector("h2").textContent,
        pid: slot.closest(".fd-process").querySelector("header span").textContent,
        fd: text(slot, ".fd-number"),
        title: text(slot, "b"),
        state: text(slot, "small"),
        end: slot.dataset.end ?? null,
        colour: tokenOf(known, getComputedStyle(slot.querySelector(".fd-number")).backgroundColor),
        step: text(slot, ".fd-step"),
        box: box(slot).toJSON(),
      }));
      const figure = box(document.querySelector(".fd-inner"));
      const holder = (x, y) =>
        slots.find(({ box: { left, right, top, bottom } }) =>
          x >= left - 2 && x <= right + 2 && y >= top - 2 && y <= bottom + 2
        )?.end ?? null;
      const curves = seen(".fd-connection.bore").map((curve) => {
        const at = (part) => {
          const { x, y } = curve.getPointAtLength(part * curve.getTotalLength());
          return holder(x + figure.left, y + figure.top);
        };
        const wall = curve.previousElementSibling;
        return {
          name: curve.nextElementSibling.textContent,
          from: at(0),
          to: at(1),
          colour: tokenOf(known, getComputedStyle(wall).stroke),
          isOnPath: curve.classList.contains("on-path"),
        };
      });
      return {
        slots: slots.map(({ box: _box, ...slot }) => slot),
        curves,
        registry: [...document.querySelectorAll(".fd-registry dl > *")].map((one) => one.textContent),
      };
    },

    compare(known) {
      const heads = [...document.querySelectorAll(".compare-table thead th")].slice(1);
      return [...document.querySelectorAll(".compare-table tbody tr:not(.compare-proof)")].flatMap((row) =>
        [...row.querySelectorAll("td")].map((cell) => {
          const head = heads.find((one) => Math.abs(box(one).left - box(cell).left) < 2);
          const meter = cell.querySelector(".compare-meter");
          return {
            question: row.querySelector("th").firstChild.textContent,
            kind: head?.firstChild.textContent ?? null,
            headColour: head && tokenOf(known, getComputedStyle(head).color),
            text: text(cell, "b"),
            detail: text(cell, ".compare-cell > span"),
            share: meter && Number(getComputedStyle(meter).getPropertyValue("--share")),
            meter: meter && tokenOf(known, getComputedStyle(meter).backgroundImage),
            trips: [...cell.querySelectorAll(".compare-trips path")].map((trip) => {
              const { x } = trip.getPointAtLength(0);
              const { x: end } = trip.getPointAtLength(16); // the shaft, without the head
              return [end > x ? "right" : "left", tokenOf(known, getComputedStyle(trip).stroke)];
            }),
            lives: [...cell.querySelectorAll(".compare-lives rect")].map((life) =>
              ["x", "width"].map((name) => Number(life.getAttribute(name)))
            ),
            prices: [...cell.querySelectorAll(".compare-price > i")].map((part) => [
              part.className,
              box(part).width / box(part.parentElement).width,
            ]),
          };
        })
      );
    },

    overview(known) {
      const table = document.querySelector(".percentiles");
      const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent);
      return {
        counters: [...document.querySelectorAll(".overview-counters > div")].map((counter) => [
          text(counter, "dt"),
          text(counter, "dd"),
        ]),
        percentiles: Object.fromEntries(
          [...table.querySelectorAll("tbody tr")].map((row) => [
            text(row, "th"),
            [...row.querySelectorAll("td")].map((cell, i) => [heads[i], cell.textContent]),
          ]),
        ),
        troubles: seen(".trouble-row").map((row) => [
          text(row, "b"),
          text(row, ".overview-name"),
          [...row.querySelectorAll(".trouble-packets .link")].map((link) => link.textContent),
          tokenOf(known, getComputedStyle(row.querySelector("b")).color),
        ]),
        talkers: seen(".overview-pane.connections li").map((row) => {
          const bar = row.querySelector(".weight");
          const part = (which) => {
            const { left, width, backgroundColor } = getComputedStyle(bar, which);
            return [pixels(left), pixels(width), tokenOf(known, backgroundColor)];
          };
          return {
            id: text(row, ".link"),
            words: text(row, ".overview-name"),
            bytes: text(row, ".weights > span"),
            title: row.querySelector(".weights").title,
            parts: [part("::before"), part("::after")],
            width: box(bar).width,
          };
        }),
      };
    },

    lanes(known) {
      return seen(".lane").map((lane) => ({
        title: text(lane, ".lane-title"),
        outcome: text(lane, ".lane-outcome b"),
        more: text(lane, ".lane-outcome span"),
        isHeavy: Number(getComputedStyle(lane.querySelector(".lane-outcome b")).fontWeight) > 400,
        colour: tokenOf(known, getComputedStyle(lane.querySelector(".lane-outcome b")).color),
        sides: seen(".lane-side b", lane).map((side) => [
          side.textContent,
          tokenOf(known, getComputedStyle(side).color),
        ]),
        label: lane.getAttribute("aria-label"),
        top: box(lane).top,
      })).sort((a, b) => a.top - b.top);
    },

    toolsKey: (known) =>
      seen(".tools-key li").map((item) => [
        item.textContent.trim(),
        tokenOf(known, getComputedStyle(item.querySelector(".key-mark"), "::before").backgroundColor) ||
        tokenOf(known, getComputedStyle(item.querySelector(".key-mark")).background),
      ]),
  };
  window.drawing = (name) => readers[name](names());
});
