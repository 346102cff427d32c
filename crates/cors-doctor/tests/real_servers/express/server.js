// Express applications, most with one mistake. Prints a line of JSON: the port of each.
const express = require("express");
const cors = require("cors");

const page = "https://app.example.com";

const routes = (app) => {
  app.get("/items/1", (request, response) => response.set("X-Total-Count", "7").send("ink"));
  app.put("/items/1", (request, response) => response.send("saved"));
};
const withCors = (options) => (app) => {
  app.use(cors(options));
  routes(app);
};

const applications = {
  healthy: withCors({ origin: [page], methods: ["PUT"], allowedHeaders: ["authorization"] }),
  trailing_slash: withCors({ origin: `${page}/` }),
  any_origin_with_credentials: withCors({ origin: "*", credentials: true }),
  login_first: (app) => {
    app.use((request, response, next) =>
      request.headers.authorization ? next() : response.status(401).send("log in"));
    withCors({ origin: page })(app);
  },
  login_redirect: (app) => {
    app.use((request, response, next) =>
      request.headers.cookie ? next() : response.redirect("/login"));
    withCors({ origin: page })(app);
  },
  rate_limit_first: (app) => {
    app.use((request, response) => response.status(429).set("Retry-After", "60").send("slow down"));
    withCors({ origin: page })(app);
  },
  // The README of `cors`: a route that needs a preflight needs `app.options` too.
  no_options: (app) => {
    app.get("/items/1", cors({ origin: page }), (request, response) => response.send("ink"));
    app.put("/items/1", cors({ origin: page }), (request, response) => response.send("saved"));
  },
  reflects: withCors({ origin: true, credentials: true }),
  by_hand_without_vary: (app) => {
    app.use((request, response, next) => {
      if (request.headers.origin === page) response.set("Access-Control-Allow-Origin", page);
      next();
    });
    routes(app);
  },
  routes_only: (app) => {
    const only = cors({ origin: page });
    app.options("/items/1", only);
    app.get("/items/1", only, (request, response) => response.send("ink"));
  },
  methods: withCors({ origin: page, methods: ["GET"] }),
  headers: withCors({ origin: page, allowedHeaders: ["content-type"] }),
  error: (app) => {
    app.get("/items/1", () => { throw new Error("on purpose"); });
    app.use((error, request, response, next) => response.status(500).send("sorry"));
  },
};

const ports = {};
const names = Object.keys(applications);
for (const name of names) {
  const app = express();
  applications[name](app);
  const server = app.listen(0, "127.0.0.1", () => {
    ports[name] = server.address().port;
    if (Object.keys(ports).length === names.length) console.log(JSON.stringify(ports));
  });
}
// Ends with the test that started it.
process.stdin.on("close", () => process.exit()).resume();
