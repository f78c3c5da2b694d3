// workers-dev.mjs PORT STATE POP_ID REGION CORE_URL: runs `wrangler dev` for scripts/workers-dev, tells its address once it
// answers, and fires the cron trigger, which local workerd does not do by itself.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

// As often as edge-node ticks.
const TICK_MS = 250;

const [port, state, popId, region, coreUrl] = process.argv.slice(2);
const folder = resolve(state);
mkdirSync(folder, { recursive: true });

// Secrets go through a file of their own: arguments can be read by everybody.
const secrets = `${folder}/secrets.env`;
const given = ["POP_KEY", "PSEUDONYM_KEY", "VAULT_KEY"].map((name) => `${name}="${process.env[`SPIN_VARIABLE_${name}`]}"\n`);
writeFileSync(secrets, given.join(""), { mode: 0o600 });

const variables = { POP_ID: popId, REGION: region, CORE_URL: coreUrl };
for (const name of ["SHOP_URL", "MAIL_URL", "STRIPE_URL", "PAYPAL_URL", "PAYMENT_PAGES", "SALES_TAX", "FRAUD_MODEL"]) {
  const value = process.env[`SPIN_VARIABLE_${name}`];
  if (value) variables[name] = value;
}
const args = ["dev", "--local", "--test-scheduled", "--show-interactive-dev-session=false", "--name", `kiosk-${popId}`,
  "--ip", "127.0.0.1", "--port", port, "--inspector-port", "0", "--persist-to", folder, "--env-file", secrets];
for (const [name, value] of Object.entries(variables)) args.push("--var", `${name}:${value}`);
const quiet = { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_REGISTRY_PATH: `${folder}/registry`, NO_COLOR: "1" };
const wrangler = spawn("scripts/npm/node_modules/.bin/wrangler", args, {
  env: { ...process.env, ...quiet, KIOSK_WORKER_BUILT: "1" },
  stdio: ["ignore", "pipe", "inherit"],
});

let stopping = false;
const stop = () => {
  stopping = true;
  wrangler.kill("SIGTERM");
};
process.on("SIGINT", stop);
process.on("SIGTERM", stop);
wrangler.on("exit", (code) => process.exit(stopping ? 0 : (code ?? 1)));

async function tick(url) {
  while (!stopping) {
    try {
      const answer = await fetch(`${url}/__scheduled`);
      if (!answer.ok) console.error(`the tick was answered ${answer.status}`);
    } catch (error) {
      if (!stopping) console.error(`the tick failed: ${error.message}`);
    }
    await new Promise((done) => setTimeout(done, TICK_MS));
  }
}

let told = false;
createInterface({ input: wrangler.stdout }).on("line", (line) => {
  const ready = /Ready on (http:\S+)/.exec(line);
  if (ready && !told) {
    told = true;
    console.log(`listening on ${ready[1]}`);
    tick(ready[1]);
  } else if (!line.includes("/__scheduled")) {
    console.error(line);
  }
});
