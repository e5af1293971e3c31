// SPDX-License-Identifier: Apache-2.0
// How the scripts here say what passed.

let count = 0;
export const passed = () => count;

/// Says its name once it has passed; what it throws ends the script.
export async function test(name, body) {
  await body();
  count += 1;
  console.log(`ok   ${name}`);
}

/// Every story whose name has `only`, whatever becomes of the others; tell(name, spec) plays one and returns what to say of it. The
/// script's exit code tells whether one failed.
export async function stories(all, only, tell) {
  for (const [name, spec] of Object.entries(all).filter(([key]) => key.includes(only))) {
    try {
      console.log(`ok   ${name}: ${await tell(name, spec)}`);
    } catch (error) {
      process.exitCode = 1;
      console.log(`not ok ${name}: ${error.message}`);
    }
  }
}
