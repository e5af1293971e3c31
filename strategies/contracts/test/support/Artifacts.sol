// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Check} from "./Vm.sol";

/// Deploys the real contracts from the artifacts of their npm packages.
abstract contract Artifacts is Check {
    string internal constant AAVE = "../../tests/node_modules/@aave/core-v3/artifacts/contracts/";
    string internal constant UNISWAP = "../../tests/node_modules/@uniswap/";
    string internal constant SAFE = "../../tests/node_modules/@safe-global/safe-contracts/build/artifacts/contracts/";
    string internal constant DEVNET = "../../tests/devnet/artifacts/";

    struct Link {
        string name;
        address at;
    }

    function aave(string memory path, bytes memory arguments) internal returns (address) {
        return create(vm.parseJsonBytes(vm.readFile(string.concat(AAVE, path, ".json")), ".bytecode"), arguments);
    }

    /// Of one that calls libraries of its own: `links` names them.
    function aaveLinked(string memory path, bytes memory arguments, Link[] memory links) internal returns (address) {
        string memory code = vm.parseJsonString(vm.readFile(string.concat(AAVE, path, ".json")), ".bytecode");
        for (uint256 i = 0; i < links.length; ++i) {
            code = vm.replace(code, placeholder(links[i].name), hexOf(links[i].at));
        }
        return create(vm.parseBytes(code), arguments);
    }

    function logic(string memory name) internal pure returns (string memory) {
        return string.concat("protocol/libraries/logic/", name, ".sol/", name);
    }

    function uniswap(string memory path, bytes memory arguments) internal returns (address) {
        return create(vm.parseJsonBytes(vm.readFile(string.concat(UNISWAP, path, ".json")), ".bytecode"), arguments);
    }

    function safe(string memory path) internal returns (address) {
        return create(vm.parseJsonBytes(vm.readFile(string.concat(SAFE, path, ".json")), ".bytecode"), "");
    }

    function devnet(string memory file, string memory name, bytes memory arguments) internal returns (address) {
        string memory json = vm.readFile(string.concat(DEVNET, file, ".json"));
        return create(vm.parseJsonBytes(json, string.concat(".contracts.", name, ".bytecode")), arguments);
    }

    function create(bytes memory code, bytes memory arguments) internal returns (address at) {
        bytes memory all = bytes.concat(code, arguments);
        assembly ("memory-safe") {
            at := create(0, add(all, 32), mload(all))
        }
        isTrue(at != address(0), "deployment");
    }

    /// As solc marks the place of a library's address: the hash of its qualified name.
    function placeholder(string memory name) private pure returns (string memory) {
        string memory path = string.concat("contracts/protocol/libraries/logic/", name, ".sol:", name);
        return string.concat("__$", part(vm.toString(keccak256(bytes(path))), 2, 34), "$__");
    }

    function hexOf(address at) private pure returns (string memory) {
        return part(vm.toString(at), 2, 40);
    }

    function part(string memory text, uint256 from, uint256 length) private pure returns (string memory) {
        bytes memory result = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            result[i] = bytes(text)[from + i];
        }
        return string(result);
    }
}
