// A document without a browser: elements as a tree of attributes and texts, enough for the page's modules to load and
// to draw into. It lays nothing out; a test gives an element its size where a module asks for one.

import { RecordingContext } from "./canvas.mjs";

class FakeNode extends EventTarget {
  childNodes = [];
  parentNode = null;

  get parentElement() {
    return this.parentNode;
  }
  get firstChild() {
    return this.childNodes[0] ?? null;
  }
  get lastChild() {
    return this.childNodes.at(-1) ?? null;
  }
  get nextSibling() {
    const { childNodes = [] } = this.parentNode ?? {};
    return childNodes[childNodes.indexOf(this) + 1] ?? null;
  }
  get textContent() {
    return this.childNodes.map(({ textContent }) => textContent).join("");
  }
  set textContent(text) {
    this.replaceChildren(...(text === "" ? [] : [String(text)]));
  }
  insertBefore(child, before) {
    const node = child instanceof FakeNode ? child : new FakeText(child);
    node.remove();
    const at = before ? this.childNodes.indexOf(before) : this.childNodes.length;
    this.childNodes.splice(at, 0, node);
    node.parentNode = this;
    return node;
  }
  append(...children) {
    for (const child of children) this.insertBefore(child, null);
  }
  appendChild(child) {
    return this.insertBefore(child, null);
  }
  replaceChildren(...children) {
    for (const child of [...this.childNodes]) child.remove();
    this.append(...children);
  }
  remove() {
    if (!this.parentNode) return;
    const { childNodes } = this.parentNode;
    childNodes.splice(childNodes.indexOf(this), 1);
    this.parentNode = null;
  }
  contains(other) {
    return other === this || this.childNodes.some((child) => child.contains(other));
  }
  isEqualNode(other) {
    return this.constructor === other.constructor && this.tagName === other.tagName &&
      JSON.stringify([...(this.attributes ?? [])]) === JSON.stringify([...(other.attributes ?? [])]) &&
      this.childNodes.length === other.childNodes.length && (this.tagName || this.textContent === other.textContent) &&
      this.childNodes.every((child, i) => child.isEqualNode(other.childNodes[i]));
  }
}

class FakeText extends FakeNode {
  #text;
  constructor(text) {
    super();
    this.#text = String(text);
  }
  get textContent() {
    return this.#text;
  }
  set textContent(text) {
    this.#text = String(text);
  }
}

class FakeStyle {
  setProperty(name, value) {
    this[name] = value;
  }
  getPropertyValue(name) {
    return this[name] ?? "";
  }
}

const dashed = (name) => `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

class FakeElement extends FakeNode {
  #attributes = new Map();
  #context = null;
  style = new FakeStyle();
  value = "";
  scrollTop = 0;
  scrollHeight = 0;
  clientWidth = 0;
  clientHeight = 0;
  offsetWidth = 0;
  offsetHeight = 0;

  constructor(tag) {
    super();
    this.tagName = tag.toUpperCase();
    this.dataset = new Proxy({}, {
      get: (_, name) => this.getAttribute(dashed(name)) ?? undefined,
      set: (_, name, value) => (this.setAttribute(dashed(name), value), true),
      deleteProperty: (_, name) => (this.removeAttribute(dashed(name)), true),
    });
    const names = () => new Set(this.className.split(" ").filter(Boolean));
    const write = (found) => this.setAttribute("class", [...found].join(" "));
    this.classList = {
      contains: (name) => names().has(name),
      add: (...added) => write(names().union?.(new Set(added)) ?? new Set([...names(), ...added])),
      remove: (...gone) => write([...names()].filter((name) => !gone.includes(name))),
      toggle(name, isOn = !names().has(name)) {
        this[isOn ? "add" : "remove"](name);
        return isOn;
      },
    };
  }
  get attributes() {
    return [...this.#attributes].map(([name, value]) => ({ name, value }));
  }
  setAttribute(name, value) {
    this.#attributes.set(name, String(value));
  }
  getAttribute(name) {
    return this.#attributes.get(name) ?? null;
  }
  hasAttribute(name) {
    return this.#attributes.has(name);
  }
  removeAttribute(name) {
    this.#attributes.delete(name);
  }
  get children() {
    return this.childNodes.filter((child) => child instanceof FakeElement);
  }
  get firstElementChild() {
    return this.children[0] ?? null;
  }
  /** Elements within, for selectors of tags, classes and attributes, one after the other. */
  querySelectorAll(selector) {
    return this.children.flatMap((
      child,
    ) => [...(child.matches(selector) ? [child] : []), ...child.querySelectorAll(selector)]);
  }
  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }
  matches(selector) {
    return selector.split(",").some((one) => {
      const parts = one.trim().split(/\s+(?![^[]*\])/);
      const own = parts.pop();
      if (!this.#isOne(own)) return false;
      return !parts.length || Boolean(this.parentNode?.closest?.(parts.join(" ")));
    });
  }
  #isOne(simple) {
    const tests = simple.match(/^[\w*-]+|\.[\w-]+|#[\w-]+|\[[^\]]+\]/g) ?? [];
    return tests.every((test) => {
      if (test[0] === ".") return this.classList.contains(test.slice(1));
      if (test[0] === "#") return this.id === test.slice(1);
      if (test[0] !== "[") return test === "*" || this.tagName === test.toUpperCase();
      const [, name, value] = test.match(/\[([\w-]+)(?:=["']?([^"'\]]*)["']?)?\]/);
      return value === undefined ? this.hasAttribute(name) : this.getAttribute(name) === value;
    });
  }
  closest(selector) {
    return this.matches(selector) ? this : (this.parentNode?.closest?.(selector) ?? null);
  }
  click() {
    this.dispatchEvent(new Event("click"));
  }
  focus() {
    document.activeElement = this;
  }
  blur() {
    if (document.activeElement === this) document.activeElement = document.body;
  }
  /** By the attribute hidden alone, here or around; what is not in the document is not visible. */
  checkVisibility() {
    if (this.hidden) return false;
    return this.parentNode === document || Boolean(this.parentNode?.checkVisibility?.());
  }
  getBoundingClientRect() {
    return {
      left: 0,
      top: 0,
      right: this.clientWidth,
      bottom: this.clientHeight,
      width: this.clientWidth,
      height: this.clientHeight,
    };
  }
  getContext() {
    this.#context ??= new RecordingContext();
    return this.#context;
  }
  getTotalLength() {
    return 0;
  }
  scrollBy({ left = 0, top = 0 }) {
    this.scrollLeft = Math.max((this.scrollLeft ?? 0) + left, 0);
    this.scrollTop = Math.max(this.scrollTop + top, 0);
  }
  setPointerCapture() {}
  scrollIntoView() {}
  showModal() {}
  close() {}
}

for (const name of ["id", "title", "hidden", "disabled", "type", "href", "role", "tabIndex"]) {
  const isFlag = name === "hidden" || name === "disabled";
  Object.defineProperty(FakeElement.prototype, name, {
    get() {
      return isFlag ? this.hasAttribute(name) : (this.getAttribute(name) ?? "");
    },
    set(value) {
      if (isFlag && !value) this.removeAttribute(name);
      else this.setAttribute(name, isFlag ? "" : value);
    },
  });
}
Object.defineProperty(FakeElement.prototype, "className", {
  get() {
    return this.getAttribute("class") ?? "";
  },
  set(value) {
    this.setAttribute("class", value);
  },
});

class FakeDocument extends FakeNode {
  documentElement = new FakeElement("html");
  head = new FakeElement("head");
  body = new FakeElement("body");
  activeElement = null;
  title = "";
  hidden = false;

  constructor() {
    super();
    this.append(this.documentElement);
    this.documentElement.append(this.head, this.body);
    const app = new FakeElement("div");
    app.id = "app";
    this.body.append(app);
  }
  createElement(tag) {
    return new FakeElement(tag);
  }
  createElementNS(_namespace, tag) {
    return new FakeElement(tag);
  }
  createTextNode(text) {
    return new FakeText(text);
  }
  getElementById(id) {
    const within = (element) => {
      if (element.getAttribute("id") === id) return element;
      for (const child of element.childNodes) {
        const found = child instanceof FakeElement ? within(child) : null;
        if (found) return found;
      }
      return null;
    };
    return within(this.documentElement);
  }
}

class Observer {
  observe() {}
  unobserve() {}
  disconnect() {}
}

const kept = new Map();

class FakeKeyboardEvent extends Event {
  constructor(type, { key, ctrlKey, metaKey, altKey, shiftKey, ...about }) {
    super(type, { cancelable: true, ...about });
    Object.assign(this, { key, ctrlKey, metaKey, altKey, shiftKey });
  }
}

Object.assign(globalThis, {
  document: new FakeDocument(),
  KeyboardEvent: FakeKeyboardEvent,
  Node: FakeNode,
  Text: FakeText,
  Element: FakeElement,
  HTMLElement: FakeElement,
  SVGElement: FakeElement,
  ResizeObserver: Observer,
  MutationObserver: Observer,
  IntersectionObserver: Observer,
  matchMedia: (query) => Object.assign(new EventTarget(), { matches: false, media: query }),
  getComputedStyle: (element) => ({ ...element.style, font: "11px sans-serif", fontFamily: "sans-serif" }),
  requestAnimationFrame: (draw) => setTimeout(draw, 0),
  cancelAnimationFrame: clearTimeout,
  localStorage: {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
    removeItem: (name) => kept.delete(name),
  },
  sessionStorage: { getItem: () => null, setItem() {}, removeItem() {} },
  location: { hash: "", pathname: "/", search: "", host: "localhost", origin: "http://localhost", reload() {} },
  history: { state: null, pushState() {}, replaceState() {} },
  innerWidth: 1440,
  innerHeight: 900,
  devicePixelRatio: 1,
  addEventListener: () => {},
  removeEventListener: () => {},
  scrollTo: () => {},
});
globalThis.window = globalThis;

/** The tree as [tag.class, text or children…]: what a test compares. */
export function tree(node) {
  if (!(node instanceof FakeElement)) return node.textContent;
  const name = [node.tagName.toLowerCase(), ...node.className.split(" ").filter(Boolean)].join(".");
  return [name, ...node.childNodes.map(tree)];
}

/** The texts of the elements within that match. */
export const texts = (node, selector) => node.querySelectorAll(selector).map(({ textContent }) => textContent);
