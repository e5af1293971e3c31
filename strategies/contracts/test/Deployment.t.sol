// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Artifacts} from "./support/Artifacts.sol";
import {Guard} from "../src/Guard.sol";

/// The committed artifact: its code is the one that all other tests test, and it lands where it says.
contract DeploymentTest is Artifacts {
    string private json = vm.readFile("artifacts/Guard.json");

    function test_the_artifact_is_what_is_tested() public view {
        bytes32 tested = keccak256(vm.getCode("Guard.sol:Guard"));
        isTrue(keccak256(vm.parseJsonBytes(json, ".bytecode")) == tested, "run compile.mjs");
    }

    /// With the code of the deterministic deployment proxy, as it is on most chains.
    function test_create2() public {
        address proxy = vm.parseJsonAddress(json, ".create2.proxy");
        vm.etch(
            proxy,
            hex"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
        );
        bytes memory salt = vm.parseJsonBytes(json, ".create2.salt");
        (bool done, bytes memory at) = proxy.call(bytes.concat(salt, vm.parseJsonBytes(json, ".bytecode")));
        isTrue(done, "deployment");
        address expected = vm.parseJsonAddress(json, ".create2.address");
        equal(uint160(bytes20(at)), uint160(expected), "address");
        isTrue(address(Guard(payable(expected)).rescuer()).code.length != 0, "its other half");
        isTrue(address(Guard(payable(expected)).swapper()).code.length != 0, "its swapper");
    }
}
