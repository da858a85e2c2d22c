import {bar, chooser, group, mark, node, section, table} from "./nodes.js";
import {FAULTS, KINDS, MOVES, NEW, STOCK} from "./deeds.js";

const WAREHOUSE = {"1": ["initial", "busy"], "2": ["enabled", "good"], "3": ["disabled", "bad"]};
const STATE = {delivered: "good", waiting: "busy", lost: "bad", "given up": "bad"};
const ROWS = 20;
const RECEIVED = [10034, 70, 200];
let warehouse = "";  // whose stock is shown
let shown = "";  // what the page was made from

/** Return a button that gives a command; `about` tells it from others of its name. */
function button(label, command, values, about = "", isOn) {
  const made = node("button", label);
  made.type = "button";
  made.dataset.key = `${label} ${about}`;
  if (about) made.setAttribute("aria-label", `${label}: ${about}`);
  if (isOn !== undefined) made.setAttribute("aria-pressed", isOn);
  made.addEventListener("click", () => send(label, command, values));
  return made;
}

// === ORDERS ===

function moves(order) {
  if (order.over) return "";
  const about = order.orderNo;
  const deeds = MOVES[order.kind];
  const choice = chooser(`more ${about}`, "What happens to " + about,
    [["", "More…"], ...deeds.map(([label], index) => [index, label])], (index) => {
      const [label, command, values] = deeds[index];
      send(label, command, {...(command === "receive" ? {order: about} : {orders: [about]}), ...values});
    });
  return bar([button("Next step", "advance", {orders: [about]}, about), choice]);
}

function look(order) {
  if (!order.over) return "busy";
  return RECEIVED.includes(order.status) ? "good" : "bad";
}

function arranged(order) {
  const told = Object.entries(order.arranged).filter(([name, value]) => (name === "lots" ? !value : value))
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return told.length ? node("div", told.join(", "), "none") : null;
}

function orders(s) {
  return section("Orders", `${s.orderCount} in all, ${s.openCount} under way; the newest ${ROWS}`, [
    bar([
      button("Next step for all", "advance", {}),
      s.settings.speed ? button("Stop the clock", "settings", {speed: 0}) : button("Move every 5 s", "settings", {speed: 5}),
    ]),
    table(["JD no.", "Merchant's no.", "Kind", "Units", "Status", "Waybill", "What happens next"], s.orders.slice(0, ROWS).map((o) => [
      o.orderNo, node("span", [o.erpOrderNo || "made at JD", node("div", `${o.warehouseNo} · ${o.pin}`, "none")]),
      KINDS[o.kind], o.units, node("span", [mark(`${o.status} ${o.statusName}`, look(o)), arranged(o)]),
      o.waybillNo, moves(o)]), "cards"),
  ], true);
}

function openOrders() {
  const all = Object.keys(KINDS).map((kind) => group(KINDS[kind],
    MOVES[kind].filter(([, command]) => command === "advance")
      .map(([label, command, values]) => button(label, command, {kind, ...values}, KINDS[kind]))));
  const asked = [button("Agree", "settle", {}, "waiting cancels"), button("Refuse", "settle", {agreed: false}, "waiting cancels")];
  return section("Open orders", "all of a kind that can go there", [...all, group("waiting cancels", asked)]);
}

// === WHAT WILL HAPPEN ===

function newOrders(s) {
  const isSame = (kind, values) => Object.entries(values).every(([name, value]) => (s.arrangedForNew[kind] || {})[name] === value);
  const undo = (values) => Object.fromEntries(Object.keys(values).map((name) => [name, name === "lots" ? true : null]));
  const all = Object.keys(KINDS).map((kind) => group(KINDS[kind], NEW[kind].map(([label, values]) => {
    const isOn = isSame(kind, values);
    return button(label, "arrange", {orders: "new", kind, ...(isOn ? undo(values) : values)}, KINDS[kind], isOn);
  })));
  const cancels = [["Agreed at once", "at once"], ["Agreed later", "later, agreed"], ["Refused later", "later, refused"]];
  return section("New orders", "what is pressed holds for each from now on", [...all, group("cancels",
    cancels.map(([label, cancel]) => button(label, "settings", {cancel}, "cancels", s.settings.cancel === cancel)))]);
}

function faults(s) {
  const losing = s.pushFaults.lose ? [["messages", "", s.pushFaults.lose, ""]] : [];
  return section("Make something go wrong", "", [
    ...Object.entries(FAULTS).map(([title, deeds]) => group(title,
      deeds.map(([label, command, values]) => button(label, command, values, title)))),
    table(["In force", "Call", "Share", "Struck"], [...s.faults.map((f) => [f.kind, f.call, f.ratio, f.struck]), ...losing]),
  ], true);
}

// === WHAT LIES THERE ===

function stock(s) {
  const choice = chooser("warehouse", "Warehouse", s.warehouses.map((w) => [w.no, `${w.no} ${w.name}`]), (no) => {
    warehouse = no;
    show();
  });
  choice.value = warehouse;
  const rows = s.shelf.map((g) => {
    const about = g.erpGoodsNo;
    const deeds = STOCK.map(([label, command, make]) => button(label, command, {warehouse, ...make(g)}, about));
    return [node("span", [about, node("div", g.goodsName, "none")]), g.levels["100"] || 0, g.levels["200"] || 0,
      g.lots.length ? g.lots.join(", ") : "", bar(deeds)];
  });
  const made = section("Stock", "what JD's staff find or do, told to nobody unless it says so",
    table(["Goods", "Good", "Defective", "Lots", "What happens"], rows, "cards"), true);
  made.querySelector("h2").append(choice);
  return made;
}

// === WHO IS KNOWN ===

const codes = (values) => values.map((value) => node("code", value));

function accounts(s) {
  return section("Accounts", "sign in with these", table(["PIN", "Password", "Departments", "Warehouses", "Messages"], s.accounts.map((a) => {
    const own = s.departments.filter((d) => d.pins.includes(a.pin)).map((d) => d.no);
    const kept = s.warehouses.filter((w) => w.departments.some((no) => own.includes(no)) && w.status === "2");
    return [node("code", a.pin), node("code", a.password), node("span", codes(own)), node("span", codes(kept.map((w) => w.no))),
      a.subscribed.length ? mark("subscribed", "good") : mark("not subscribed")];
  }), "cards"), true);
}

function applications(s) {
  return section("Applications", "the first is shared by quick mode; basic mode brings its own", table(["Name", "APP KEY", "APP SECRET", "Messages go to"],
    s.applications.map((a) => [a.name, node("code", a.key), node("code", a.secret), a.message_url || s.settings.message_url || "nowhere"]), "cards"), true);
}

function warehouses(s) {
  return section("Warehouses", "", table(["No.", "Name", "Units", "Status", ""], s.warehouses.map((w) => [w.no,
    node("span", [w.name, node("div", w.departments.join(", "), "none")]), w.units, mark(...WAREHOUSE[w.status]),
    bar([w.status === "2" ? button("Disable", "warehouse", {no: w.no, status: "3"}, w.no) : button("Enable", "warehouse", {no: w.no, status: "2"}, w.no),
      button("100 of each goods", "stock", {warehouse: w.no, each: 100}, w.no)])]), "cards"));
}

const WORK = [openOrders, newOrders, orders, stock, faults];
const KNOWN = [
  accounts, applications, warehouses,
  (s) => section("Departments", "", table(["No.", "Name", "Goods", "Shop"],
    s.departments.map((d) => [d.no, d.name, d.goods, d.shop_no]))),
  (s) => section("Messages sent", `${s.messageCount} in all, ${s.waitingCount} waiting`, table(["Order", "Status", "State", "Tries", "Answer"],
    s.messages.slice(0, 15).map((m) => [m.order_no, m.status, mark(m.state, STATE[m.state]), m.attempts, m.answer]))),
  (s) => section("Calls counted", "per day and application", table(["Day", "Application", "Call", "Times"],
    s.calls.map((c) => [c.day, c.appKey, c.call, c.count]))),
];

// === TALKING TO THE SANDBOX ===

async function ask(query) {
  return (await fetch("/sandbox/" + query)).json();
}

async function read() {
  const state = await ask("summary");
  if (!state.warehouses.some((each) => each.no === warehouse)) warehouse = state.warehouses[0]?.no || "";
  state.shelf = warehouse ? await ask(`shelf?warehouse=${encodeURIComponent(warehouse)}`) : [];
  return state;
}

/** Make the page anew where anything has changed, and keep the focus where it was. */
function draw(state) {
  const {now, ...rest} = state;
  const content = JSON.stringify([rest, warehouse]);
  const focused = document.activeElement;
  // Never under the hand of somebody who is choosing.
  if (content === shown || focused.tagName === "SELECT") return;
  shown = content;
  const key = focused.dataset.key;
  // Whoever has no orders yet looks for what to sign in with.
  const sections = state.orderCount ? [...WORK, ...KNOWN] : [...KNOWN, ...WORK];
  document.getElementById("main").replaceChildren(...sections.map((make) => make(state)));
  if (key) document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

async function show() {
  try {
    const state = await read();
    document.getElementById("now").textContent = state.now + " GMT+8";
    document.getElementById("mode").textContent =
      state.settings.speed ? `orders move every ${state.settings.speed} s` : "orders wait for you";
    document.getElementById("lost").textContent = "";
    draw(state);
  } catch (error) {
    document.getElementById("lost").textContent = "No answer from the sandbox";
    console.error(error);
  }
}

async function send(label, command, values) {
  const answer = await fetch("/sandbox/" + command, {method: "POST",
    headers: {"Content-Type": "application/json"}, body: JSON.stringify(values)});
  const said = document.getElementById("said");
  said.className = answer.ok ? "" : "bad";
  said.textContent = answer.ok ? "Done: " + label : (await answer.json()).error;
  await show();
}

show();
setInterval(() => { if (!document.hidden) show(); }, 2000);
