// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Accounts} from "./support/Accounts.sol";
import "../src/Errors.sol";
import {Guard} from "../src/Guard.sol";
import {IGuard} from "../src/IGuard.sol";

/// A contract account whose owner's key signs for it.
contract Wallet {
    address private immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (bytes32 r, bytes32 s, uint8 v) = abi.decode(signature, (bytes32, bytes32, uint8));
        return ecrecover(hash, v, r, s) == owner ? bytes4(0x1626ba7e) : bytes4(0);
    }
}

/// Policies by signature. The digest is built here anew from EIP-712, not with the guard's code.
contract SignaturesTest is Accounts {
    string private constant MARKET = "Market(uint8 protocol,address entry,bytes32 id)";
    string private constant POLICY =
        "Policy(address guardian,uint8 access,uint40 expiry,uint32 cooldown,uint16 maxLossBps,bool mayClose,uint96 trigger,uint96 floor,uint96 ceiling,uint128 valuePerDay,address[] collaterals,address[] debts,address[] venues)";
    string private constant SET =
        "SetPolicy(address account,Market market,Policy policy,uint256 nonce,uint256 deadline)";

    struct Signed {
        address place;
        uint256 chain;
        address account;
        uint256 nonce;
        uint256 deadline;
        bytes signature;
    }

    function standard(address place, address account) private view returns (Signed memory made) {
        made.place = place;
        made.chain = block.chainid;
        made.account = account;
        made.nonce = Guard(payable(place)).nonceOf(account);
        made.deadline = block.timestamp + 100;
    }

    function digest(Signed memory it, IGuard.Market memory market, IGuard.Policy memory made)
        private
        pure
        returns (bytes32)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("plimsoll guard"),
                keccak256("1"),
                it.chain,
                it.place
            )
        );
        bytes32 content = keccak256(
            abi.encode(
                keccak256(bytes(string.concat(SET, MARKET, POLICY))),
                it.account,
                keccak256(abi.encode(keccak256(bytes(MARKET)), market)),
                hashOf(made),
                it.nonce,
                it.deadline
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, content));
    }

    function hashOf(IGuard.Policy memory made) private pure returns (bytes32) {
        bytes32[14] memory words;
        words[0] = keccak256(bytes(POLICY));
        words[1] = bytes32(uint256(uint160(made.guardian)));
        words[2] = bytes32(uint256(made.access));
        words[3] = bytes32(uint256(made.expiry));
        words[4] = bytes32(uint256(made.cooldown));
        words[5] = bytes32(uint256(made.maxLossBps));
        words[6] = bytes32(uint256(made.mayClose ? 1 : 0));
        words[7] = bytes32(uint256(made.trigger));
        words[8] = bytes32(uint256(made.floor));
        words[9] = bytes32(uint256(made.ceiling));
        words[10] = bytes32(uint256(made.valuePerDay));
        words[11] = keccak256(abi.encodePacked(made.collaterals));
        words[12] = keccak256(abi.encodePacked(made.debts));
        words[13] = keccak256(abi.encodePacked(made.venues));
        return keccak256(abi.encode(words));
    }

    function sign(Signed memory it, uint256 key, IGuard.Policy memory made) private view {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest(it, aaveMarket(), made));
        it.signature = abi.encodePacked(r, s, v);
    }

    function hand(Signed memory it, IGuard.Policy memory made) private {
        Guard(payable(it.place))
            .setPolicyBySignature(it.account, aaveMarket(), made, it.nonce, it.deadline, it.signature);
    }

    function refused(Signed memory it, IGuard.Policy memory made, bytes memory reason) private {
        vm.expectRevert(reason);
        hand(it, made);
    }

    bytes private notValid = abi.encodeWithSelector(SignatureNotValid.selector);

    function test_anyone_may_hand_it_in() public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        Signed memory it = standard(address(guard), alice);
        sign(it, ALICE_KEY, made);
        hand(it, made);
        equal(uint160(guard.policyOf(alice, aaveMarket()).guardian), uint160(GUARDIAN), "set");
        equal(guard.nonceOf(alice), it.nonce + 1, "nonce");
    }

    function test_at_a_delegating_account() public {
        IGuard.Policy memory made = policy(IGuard.Access.Self);
        Signed memory it = standard(dora, dora);
        sign(it, DORA_KEY, made);
        hand(it, made);
        equal(uint160(Guard(payable(dora)).policyOf(dora, aaveMarket()).guardian), uint160(GUARDIAN), "set");
    }

    function test_a_contract_account() public {
        Wallet wallet = new Wallet(alice);
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        Signed memory it = standard(address(guard), address(wallet));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ALICE_KEY, digest(it, aaveMarket(), made));
        it.signature = abi.encode(r, s, v);
        hand(it, made);
        equal(uint160(guard.policyOf(address(wallet), aaveMarket()).guardian), uint160(GUARDIAN), "set");
        it.nonce += 1;
        refused(it, made, notValid);
    }

    function test_not_twice() public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        Signed memory it = standard(address(guard), alice);
        sign(it, ALICE_KEY, made);
        hand(it, made);
        refused(it, made, abi.encodeWithSelector(NonceNotNext.selector, it.nonce, it.nonce + 1));
        it.nonce += 1;
        refused(it, made, notValid);
    }

    function test_not_later() public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        Signed memory it = standard(address(guard), alice);
        sign(it, ALICE_KEY, made);
        vm.warp(it.deadline + 1);
        refused(it, made, abi.encodeWithSelector(SignatureExpired.selector, it.deadline));
        vm.warp(it.deadline);
        hand(it, made);
    }

    function test_not_for_another_chain() public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        Signed memory it = standard(address(guard), alice);
        sign(it, ALICE_KEY, made);
        vm.chainId(block.chainid + 1);
        refused(it, made, notValid);
    }

    function test_not_for_another_account() public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        Signed memory it = standard(address(guard), alice);
        sign(it, ALICE_KEY, made);
        it.account = address(0xB0B);
        refused(it, made, notValid);
        it.account = safeAccount;
        refused(it, made, notValid);
        it.account = address(0);
        refused(it, made, notValid);
    }

    function test_not_for_another_guard() public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        Signed memory it = standard(address(guard), alice);
        sign(it, ALICE_KEY, made);
        it.place = address(newGuard());
        refused(it, made, notValid);
    }

    /// What a delegating account signed for the singleton is not valid at itself, nor the reverse.
    function test_not_for_the_account_instead_of_the_singleton() public {
        IGuard.Policy memory made = policy(IGuard.Access.Self);
        Signed memory it = standard(address(guard), dora);
        sign(it, DORA_KEY, made);
        it.place = dora;
        refused(it, made, notValid);
        it = standard(dora, dora);
        sign(it, DORA_KEY, made);
        it.place = address(guard);
        refused(it, made, notValid);
    }

    function test_not_with_other_content() public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        Signed memory it = standard(address(guard), alice);
        sign(it, ALICE_KEY, made);
        made.maxLossBps += 1;
        refused(it, made, notValid);
        made.maxLossBps -= 1;
        made.venues = list(address(this));
        refused(it, made, notValid);
        made.venues = list(address(desk));
        it.deadline += 1;
        refused(it, made, notValid);
        vm.expectRevert(notValid);
        guard.setPolicyBySignature(alice, morphoMarket(), made, it.nonce, it.deadline - 1, it.signature);
    }

    function test_no_second_form_of_a_signature() public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        Signed memory it = standard(address(guard), alice);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ALICE_KEY, digest(it, aaveMarket(), made));
        bytes32 other = bytes32(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141 - uint256(s));
        it.signature = abi.encodePacked(r, other, v == 27 ? uint8(28) : uint8(27));
        refused(it, made, notValid);
        it.signature = abi.encodePacked(r, s, v - 27);
        refused(it, made, notValid);
        it.signature = abi.encodePacked(r, s, v, uint8(0));
        refused(it, made, notValid);
        it.signature = "";
        refused(it, made, notValid);
    }

    /// Whoever acts directly ends what was signed before, of whatever nonce.
    function test_direct_calls_void_signatures() public {
        for (uint256 i = 0; i < 3; ++i) {
            IGuard.Policy memory made = policy(IGuard.Access.Allowance);
            Signed memory it = standard(address(guard), alice);
            sign(it, ALICE_KEY, made);
            Signed memory later = standard(address(guard), alice);
            later.nonce += 1;
            sign(later, ALICE_KEY, made);
            vm.prank(alice);
            if (i == 0) guard.revokeAll();
            else if (i == 1) guard.revoke(aaveMarket());
            else guard.setPolicy(morphoMarket(), made);
            uint256 next = guard.nonceOf(alice);
            refused(it, made, abi.encodeWithSelector(NonceNotNext.selector, it.nonce, next));
            refused(later, made, abi.encodeWithSelector(NonceNotNext.selector, later.nonce, next));
            it.nonce = next;
            refused(it, made, notValid);
        }
    }
}
