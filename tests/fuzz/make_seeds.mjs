// SPDX-License-Identifier: Apache-2.0
// Writes the seeds in tests/fuzz/corpus that are made and not recorded: `node tests/fuzz/make_seeds.mjs`. Encodings are
// those of npm viem, @noble/hashes and node's own crypto, so that none comes from the code under test.
import { createCipheriv, pbkdf2Sync, scryptSync } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import {
  concat, encodeAbiParameters, encodeErrorResult, encodeFunctionData, hexToBytes, keccak256, parseAbi, parseAbiParameters,
  serializeTransaction, toHex, toRlp,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";

const here = dirname(fileURLToPath(import.meta.url));
const bytes = (x) => (typeof x === "string" ? (x.startsWith("0x") ? hexToBytes(x) : Buffer.from(x)) : x);
const seed = (target, name, ...parts) => {
  const folder = join(here, "corpus", target);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), Buffer.concat(parts.map((p) => Buffer.from(bytes(p)))));
};
const byte = (n) => Uint8Array.of(n);

const owner = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const pool = "0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2";
const usdc = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
const word = (n) => toHex(BigInt(n), { size: 32 });

// RLP and transactions: the Yellow Paper's examples, one transaction of each type.
seed("rlp", "strings", toRlp(["cat", "dog", "", "Lorem ipsum dolor sit amet, consectetur adipisicing elit"].map((t) => toHex(Buffer.from(t)))));
seed("rlp", "set-theory", toRlp([[], [[]], [[], [[]]]]));
seed("rlp", "integers", toRlp(["0x", "0x0f", "0x0400", word(1n << 255n)]));
const key = "0x" + "46".repeat(32);
const account = privateKeyToAccount(key);
const call = encodeFunctionData({ abi: parseAbi(["function repay(address,uint256,uint256,address)"]), args: [usdc, 5_000_000n, 2n, owner] });
const accessList = [{ address: pool, storageKeys: [word(1), word(2)] }];
const common = { chainId: 1, nonce: 9, gas: 400_000n, to: pool, value: 0n, data: call };
const transactions = {
  legacy: { ...common, type: "legacy", gasPrice: 20_000_000_000n },
  eip2930: { ...common, type: "eip2930", gasPrice: 20_000_000_000n, accessList },
  eip1559: { ...common, type: "eip1559", maxFeePerGas: 30_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n },
  create: { ...common, to: undefined, type: "eip1559", maxFeePerGas: 30n, maxPriorityFeePerGas: 1n, accessList },
};
for (const [name, fields] of Object.entries(transactions)) {
  seed("transaction", name, await account.signTransaction(fields));
  seed("transaction", `${name}-unsigned`, serializeTransaction(fields));
}
const eip7702 = JSON.parse(gunzipSync(readFileSync(join(here, "../data/ethereum/eip7702.json.gz"))));
seed("transaction", "eip7702", eip7702[0].signed);
seed("transaction", "eip7702-unsigned", eip7702[0].unsigned);
seed("rlp", "transaction", await account.signTransaction(transactions.legacy));

// ABI.
const encoded = (types, values) => encodeAbiParameters(parseAbiParameters(types), values);
const forms = {
  words: ["uint256,uint40,int24,address,bool,bytes32", [5n, 7, -3, owner, true, word(9)]],
  lists: ["address[],uint256[],bytes,string", [[owner, pool], [1n, 2n], "0x0102", "text"]],
  tuples: ["(bool,bytes)[]", [[[true, word(5)], [false, "0x"]].map(([a, b]) => [a, b])]],
  pairs: ["(address,uint128)[],uint64", [[[owner, 5n]], 6n]],
};
Object.entries(forms).forEach(([name, [types, values]], index) => {
  seed("abi_words", name, byte(index), encoded(types, values));
  seed("abi", name, `(${types})\n`, encoded(types, values));
});
seed("abi_words", "one-word", byte(0), word(BigInt(owner)));
seed("abi", "nested", "((uint8[2],string)[2][],int256,bytes3)\n",
  encoded("(uint8[2],string)[2][],int256,bytes3", [[[[[1, 2], "a"], [[3, 4], ""]]], -1n, "0x010203"]));
seed("abi", "signature", "repay(address,uint256,uint256,address)\n");
const guard = JSON.parse(readFileSync(join(here, "../data/guard/vectors.json")));
seed("abi", "guard-policy-answer", "(address,bytes32,(uint8,address,bytes32)[],uint256)\n", guard.policyAnswer);
const errors = parseAbi(["error Error(string)", "error Panic(uint256)", "error BalanceTooLow(uint256,uint256)", "error Explained(string,bytes,address[])"]);
const reverts = { Error: ["35"], Panic: [0x11n], BalanceTooLow: [1n, 2n], Explained: ["why", "0x0102", [owner]] };
for (const [errorName, args] of Object.entries(reverts))
  seed("revert", errorName.toLowerCase(), encodeErrorResult({ abi: errors, errorName, args }));
seed("multicall", "two", byte(2), encoded(forms.tuples[0], forms.tuples[1]));
seed("multicall", "none", byte(0), encoded("(bool,bytes)[]", [[]]));

// JSON-RPC, as geth, Nethermind and anvil form it.
const block = {
  number: "0x1382e38", hash: word(0xb2), parentHash: word(0xa1), timestamp: "0x66b0d5c7", baseFeePerGas: "0x2540be400",
  logsBloom: "0x" + "00".repeat(200) + "20" + "00".repeat(55), gasUsed: "0xe4e1c0", gasLimit: "0x1c9c380", miner: owner,
};
const log = {
  address: pool, topics: [keccak256(Buffer.from("ReserveDataUpdated(address,uint256,uint256,uint256,uint256,uint256)")), word(BigInt(usdc))],
  data: concat([word(1), word(2), word(3), word(4), word(5)]), blockNumber: block.number, blockHash: block.hash,
  transactionHash: word(0xc3), transactionIndex: "0x1", logIndex: "0x7", removed: false,
};
const receipt = {
  transactionHash: word(0xc3), blockNumber: block.number, blockHash: block.hash, status: "0x1", gasUsed: "0x5208",
  effectiveGasPrice: "0x3b9aca00", logs: [log], type: "0x2",
};
const fees = { oldestBlock: "0x1", baseFeePerGas: ["0x1", "0x2", "0x3"], gasUsedRatio: [0.5, 1e-3], reward: [["0x1"], ["0x2"]] };
const answers = { h: block, l: [log, { ...log, logIndex: "0x8" }], r: receipt, f: fees, q: "0x1382e38" };
for (const [letter, value] of Object.entries(answers)) seed("node_answers", letter, letter, JSON.stringify(value));
seed("json", "header", JSON.stringify(block));
seed("json", "kinds", '[null,true,false,-0.5e+3,"\\u00e9\\ud83d\\ude00\\n\\"",{"a":{},"b":[]},"\u00e9"]');
seed("json", "spaces", ' { "a" : [ 1 , 2 ] }\r\n\t');
const rpcError = (data) => ({ jsonrpc: "2.0", id: 1, error: { code: 3, message: "execution reverted: STF", data } });
const stf = encodeErrorResult({ abi: errors, errorName: "Error", args: ["STF"] });
seed("jsonrpc", "result", JSON.stringify({ jsonrpc: "2.0", id: 5, result: log }));
seed("jsonrpc", "reverted", JSON.stringify(rpcError(stf)));
seed("jsonrpc", "reverted-nethermind", JSON.stringify(rpcError("Reverted " + stf)));
seed("jsonrpc", "reverted-wrapped", JSON.stringify(rpcError({ data: { data: stf } })));
seed("jsonrpc", "unattributed", '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"header not found"}}');
seed("jsonrpc", "head", JSON.stringify({ jsonrpc: "2.0", method: "eth_subscription", params: { subscription: "0x1", result: block } }));
seed("jsonrpc", "batch", '[{"id":1,"result":"0x1"},{"id":2,"error":{"code":-32005,"message":"limit\\nexceeded"}}]');

// Heads: what, name, parent, skew.
seed("heads", "chain", Uint8Array.of(0xf8, 1, 0, 0, 0, 2, 1, 0, 0x80, 0, 0, 0, 0, 3, 2, 0, 0x80, 0, 0, 0));
seed("heads", "reorganisation", Uint8Array.of(0xf8, 1, 0, 0, 0, 2, 1, 0, 0x80, 0, 0, 0, 0, 3, 1, 0, 0, 4, 3, 0, 0x80, 0, 0, 0, 0x80, 0, 0, 0));
seed("heads", "gap", Uint8Array.of(0xf8, 1, 0, 0, 0, 4, 3, 2, 0x40, 3, 2, 1, 0x40, 2, 1, 0, 0x80, 0, 0, 0));

// Keystores of little cost.
const keystore = (kdf, kdfparams, derived) => {
  const cipher = createCipheriv("aes-128-ctr", derived.subarray(0, 16), Buffer.alloc(16, 1));
  const ciphertext = Buffer.concat([cipher.update(Buffer.from("46".repeat(32), "hex")), cipher.final()]);
  const mac = keccak256(Buffer.concat([derived.subarray(16, 32), ciphertext])).slice(2);
  return JSON.stringify({
    version: 3, id: "3198bc9c-6672-5ab3-d995-4942343ae5b6", address: account.address.slice(2).toLowerCase(),
    crypto: { cipher: "aes-128-ctr", cipherparams: { iv: "01".repeat(16) }, ciphertext: ciphertext.toString("hex"), kdf, kdfparams: { dklen: 32, salt: "02".repeat(32), ...kdfparams }, mac },
  });
};
const salt = Buffer.alloc(32, 2);
seed("keystore", "scrypt", keystore("scrypt", { n: 16, r: 8, p: 1 }, scryptSync("testpassword", salt, 32, { N: 16, r: 8, p: 1 })));
seed("keystore", "pbkdf2", keystore("pbkdf2", { c: 10, prf: "hmac-sha256" }, pbkdf2Sync("testpassword", salt, 10, 32, "sha256")));
for (const one of JSON.parse(readFileSync(join(here, "../data/ethereum/keystore_v3.json"))))
  seed("keystore", `definition-${one.keystore.crypto.kdf}`, JSON.stringify(one.keystore));
seed("keystore", "beyond-the-bounds", keystore("scrypt", { n: 2 ** 40, r: 8, p: 1 }, Buffer.alloc(32)));

// Rows of the journal: a good one as it is, and cells laid over it.
const cell = {
  none: () => byte(0),
  number: (n) => Buffer.concat([byte(1), bytes(toHex(BigInt.asUintN(64, BigInt(n)), { size: 8 }))]),
  text: (t) => Buffer.concat([byte(2), bytes(toHex(t.length, { size: 2 })), Buffer.from(t)]),
  blob: (b) => Buffer.concat([byte(3), bytes(toHex(bytes(b).length, { size: 2 })), bytes(b)]),
};
const row = [
  cell.text("main/1"), cell.number(0), cell.number(1), cell.text("signed"), cell.text("rescue"), cell.text("main"), cell.text("treasury"),
  cell.text(owner.toLowerCase()), cell.number(1), cell.number(1722820223045), cell.number(20459080), cell.text(word(1)), cell.text(usdc.toLowerCase()),
  cell.text("12400000000"), cell.text("1240000000000"), cell.text("1190000000000000000"), cell.text((2n ** 256n - 1n).toString()), cell.number(7),
  cell.number(1), cell.number(7), cell.text("2000000000"), cell.text("300000000000"), cell.number(400000), cell.text(pool.toLowerCase()), cell.text("0"),
  cell.blob(call), cell.text(word(2)), cell.blob("0x02f8"), cell.text(""), cell.number(0), cell.text(word(0)), cell.number(0), cell.text(""), cell.text("0"),
  cell.text("repay-with-collateral"), cell.number(2), cell.number(37),
];
seed("journal_row", "whole", byte(0), ...row);
seed("journal_row", "first-schema-purpose", byte(1), byte(4), cell.text("repay"));
seed("journal_row", "odd-cells", byte(1), byte(3), cell.text("sealed"), byte(17), cell.none(), byte(10), cell.number(-1), byte(25), cell.text("x"));

// Swap services, in the form of their references.
const taker = "0x70a9f34f9b34c64957b9c401a97bfed35b95049e";
const weth = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";
const holder = "0x0000000000001ff3684f28c67538d4d072c22734";
const router = "0x111111125421ca6dc452d289314280a0f8842a65";
const zerox = {
  allowanceTarget: holder, buyAmount: "2000000000", buyToken: usdc.toLowerCase(), liquidityAvailable: true, minBuyAmount: "1979000000",
  issues: { allowance: null }, sellAmount: "1000000000000000000", sellToken: weth, zid: "0x1",
  transaction: { to: holder, data: "0x2213bc0b00ff", gas: "288079", gasPrice: "4837860000", value: "0" },
};
const oneinch = {
  srcToken: { address: weth, decimals: 18 }, dstToken: { address: usdc.toLowerCase(), decimals: 6 }, dstAmount: "2000000000",
  tx: { from: taker, to: router, data: "0x07ed2379aabb", value: "0", gas: 0, gasPrice: "20000000000" },
};
seed("aggregator", "0x", byte(0), byte(0), JSON.stringify(zerox));
seed("aggregator", "0x-none", byte(0), byte(0), '{"liquidityAvailable":false,"zid":"0x1"}');
seed("aggregator", "0x-refused", byte(0), byte(1), '{"name":"INPUT_INVALID","message":"The input is invalid","data":{"details":[{"field":"sellAmount","reason":"too\\nlow"}]}}');
seed("aggregator", "1inch", byte(1), byte(0), JSON.stringify(oneinch));
seed("aggregator", "1inch-refused", byte(1), byte(1), '{"error":"Bad Request","description":"insufficient liquidity","statusCode":400,"meta":[],"requestId":"x"}');

// Texts.
for (const [name, text] of Object.entries({
  address: owner, duration: "36s", fee: "300 gwei", coin: "0.5 ETH", percent: "0.5%", usd: "25000 USD", size: "1 GiB", factor: "1.25",
  quantity: "0x1382e38", decimal: "115792089237316195423570985008687907853269984665640564039457584007913129639935",
  url: "wss://name:word@[2001:db8::1]:8546/v3/key?x=1#part", refusal: "replacement transaction underpriced",
})) seed("texts", name, text);

// Blocks of logs, by the places in the palette of the target.
seed("aave_events", "quiet", Uint8Array.of(4, 1));
seed("aave_events", "bytes", Uint8Array.from({ length: 200 }, (_, i) => (i * 37 + 11) % 256));
seed("aave_events", "each-event", Uint8Array.from([0, ...Array.from({ length: 60 }, (_, i) => [2, i % 14, i, 2 + 5 * 4, 1, 4, 2, 6, 12, 14, 16]).flat()]));
seed("morpho_events", "quiet", Uint8Array.of(1));
seed("morpho_events", "bytes", Uint8Array.from({ length: 200 }, (_, i) => (i * 53 + 7) % 256));
seed("morpho_events", "each-event", Uint8Array.from(Array.from({ length: 40 }, (_, i) => [2, 0, i, 3 + 3 * 4, 0, 1, 1, 12, 14, 16, 1]).flat()));
seed("pool_events", "quiet", Uint8Array.of(1));
seed("pool_events", "bytes", Uint8Array.from({ length: 200 }, (_, i) => (i * 29 + 3) % 256));
seed("pool_events", "each-event", Uint8Array.from(Array.from({ length: 40 }, (_, i) => [2, 0, i % 5, 3 + 5 * 4, 0, 3, 5, i, 3, 14, 12, 4, i]).flat()));

// A signing service: status, question, body. The key is 0x4646...46.
const signedByService = await account.signTransaction({
  type: "eip1559", chainId: 31337, nonce: 7, gas: 90_000n, to: "0x3535353535353535353535353535353535353535", value: 5n, data: "0xab00",
  maxPriorityFeePerGas: 2n, maxFeePerGas: 30n,
});
const answerOf = (result) => JSON.stringify({ jsonrpc: "2.0", id: 7, result });
seed("signer_answers", "signed", byte(0), "s", answerOf(signedByService));
seed("signer_answers", "another-nonce", byte(0), "s", answerOf(await account.signTransaction(transactions.eip1559)));
seed("signer_answers", "refused", byte(1), "s", JSON.stringify({ jsonrpc: "2.0", id: 7, error: { code: -32000, message: "no key\nfor it" } }));
seed("signer_answers", "accounts", byte(0), "a", answerOf([owner.toLowerCase(), account.address.toLowerCase()]));
