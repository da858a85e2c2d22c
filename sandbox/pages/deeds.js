// What the buttons do: a label, a command of the control API and what it is told.

export const KINDS = {XSCK: "outbound", CGRK: "inbound", THRK: "customer return", TGCK: "supplier return"};

// With an order that is under way.
export const MOVES = {
  XSCK: [["Hand over", "advance", {to: 10019}], ["Deliver", "advance", {to: 10034}],
    ["Receiver rejects", "advance", {to: 10035}], ["Pull back", "advance", {to: 10031}], ["Cancel at JD", "advance", {to: 10028}],
    ["Ship 1 short", "arrange", {short: 1}], ["Two parcels", "arrange", {parcels: 2, waybills: 2}], ["No lots told", "arrange", {lots: false}]],
  CGRK: [["Receive all", "advance", {to: 70}], ["Cancel at JD", "advance", {to: 91}],
    ["Count 10 of each line", "receive", {parts: 10}], ["1 short", "arrange", {short: 1}], ["1 damaged", "arrange", {damaged: 1}],
    ["1 too many", "arrange", {over: 1}], ["No lots told", "arrange", {lots: false}]],
  THRK: [["Receive all", "advance", {to: 200}], ["Overdue", "advance", {to: 500}], ["Reject whole", "advance", {to: 600}],
    ["Cancel at JD", "advance", {to: 400}], ["As defective", "arrange", {level: "200"}], ["1 short", "arrange", {short: 1}]],
  TGCK: [["Check", "advance", {to: 150}], ["Hand out", "advance", {to: 200}], ["Cancel at JD", "advance", {to: 400}],
    ["1 short", "arrange", {short: 1}]],
};

// With each order that comes from now on.
export const NEW = {
  XSCK: [["1 short", {short: 1}], ["Two parcels", {parcels: 2, waybills: 2}], ["No lots told", {lots: false}],
    ["Receiver rejects", {ends_with: 10035}]],
  CGRK: [["3 short", {short: 3}], ["2 damaged", {damaged: 2}], ["1 too many", {over: 1}], ["No lots told", {lots: false}]],
  THRK: [["1 damaged", {damaged: 1}], ["1 short", {short: 1}], ["Overdue", {ends_with: 500}], ["Reject whole", {ends_with: 600}]],
  TGCK: [["1 short", {short: 1}]],
};

// With one of the goods in a warehouse.
export const STOCK = [
  ["3 vanish", "adjust_stock", (g) => ({rows: [{goodsNo: g.goodsNo, quantity: -3}]})],
  ["2 turn up", "adjust_stock", (g) => ({rows: [{goodsNo: g.goodsNo, quantity: 2}]})],
  ["JD counts 2 less", "count_stock", (g) => ({rows: [{goodsNo: g.goodsNo, quantity: -2}], reasons: ["broken"]})],
  ["4 turn defective", "change_level", (g) => ({goods: g.goodsNo, quantity: 4})],
  ["Hold 5", "change_type", (g) => ({goods: g.goodsNo, quantity: 5})],
  ["Order 12 at JD", "make_order", (g) => ({kind: "CGRK", department: g.department, lines: [{goodsNo: g.goodsNo, quantity: 12}]})],
];

export const FAULTS = {
  "next delivery": [
    ["No answer after the work", "fault", {kind: "timeout_after", call: "addSoOrder", count: 1, seconds: 60}],
    ["Refused", "fault", {kind: "refuse", call: "addSoOrder", count: 1, code: "2147", message: "logistics service not open for the warehouse"}],
  ],
  "any call": [
    ["Busy for ten minutes", "fault", {kind: "busy"}], ["HTML 502 for a minute", "fault", {kind: "html_502", lasts: 60}],
    ["Throttle for a minute", "fault", {kind: "throttle", lasts: 60}], ["Day's calls used up", "fault", {kind: "budget"}],
    ["Answer 3 s late", "fault", {kind: "slow", seconds: 3}],
  ],
  "login": [["Expire all tokens", "tokens", {expire: true}]],
  "messages": [["Lose 30 %", "push_faults", {lose: 0.3}], ["Stop", "push_faults", {lose: 1}]],
  "stock pages": [["Page 2 has a row twice", "fault", {kind: "contradict", call: "queryStock", how: "twice", where: {currentPage: "2"}}]],
  "everything": [["All right again", "clear_faults", {}]],
};
