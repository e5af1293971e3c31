// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {World} from "./World.sol";
import {Guard} from "../../src/Guard.sol";
import {IGuard} from "../../src/IGuard.sol";

interface ISafeSetup {
    function setup(
        address[] calldata owners,
        uint256 threshold,
        address to,
        bytes calldata data,
        address fallbackHandler,
        address paymentToken,
        uint256 payment,
        address paymentReceiver
    ) external;
    function enableModule(address module) external;
    function createProxyWithNonce(address singleton, bytes calldata initializer, uint256 salt)
        external
        returns (address);
}

/// One account of each kind: a plain one that gives allowances, one that delegates to the guard's code, and a Safe.
abstract contract Accounts is World {
    uint256 internal constant ALICE_KEY = 0xA11CE;
    uint256 internal constant DORA_KEY = 0xD04A;

    address internal alice = vm.addr(ALICE_KEY); // allowance
    address internal dora = vm.addr(DORA_KEY); // delegates (EIP-7702)
    address internal safeAccount;

    function setUp() public virtual override {
        super.setUp();
        vm.setEvmVersion("prague");
        vm.label(alice, "alice");
        vm.label(dora, "dora");
        vm.etch(dora, abi.encodePacked(hex"ef0100", address(guard)));
        ISafeSetup factory = ISafeSetup(safe("proxies/SafeProxyFactory.sol/SafeProxyFactory"));
        bytes memory initializer =
            abi.encodeCall(ISafeSetup.setup, (list(alice), 1, address(0), "", address(0), address(0), 0, address(0)));
        safeAccount = factory.createProxyWithNonce(safe("Safe.sol/Safe"), initializer, 0);
        vm.label(safeAccount, "safe");
        vm.prank(safeAccount);
        ISafeSetup(safeAccount).enableModule(address(guard));
        allowAll(alice);
    }

    function accountOf(IGuard.Access access) internal view returns (address) {
        if (access == IGuard.Access.Allowance) return alice;
        return access == IGuard.Access.Self ? dora : safeAccount;
    }

    function setPolicy(address account, IGuard.Market memory market, IGuard.Policy memory made) internal {
        vm.prank(account);
        placeOf(account).setPolicy(market, made);
    }

    /// A position at 2000 dollars for WETH that is in trouble at 1750 (Aave 1.031, Morpho 1.075), and its policy.
    function inTrouble(IGuard.Access access, IGuard.Market memory market) internal returns (address account) {
        account = accountOf(access);
        if (market.protocol == IGuard.Protocol.AaveV3) openAave(account);
        else openMorpho(account);
        IGuard.Policy memory made = policy(access);
        if (market.protocol == IGuard.Protocol.MorphoBlue) {
            made.trigger = 1.1e18;
            made.floor = 1.08e18;
            made.valuePerDay = 100_000e6;
        }
        setPolicy(account, market, made);
        price(weth, 1750e8);
    }
}
