// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {
    BudgetExceeded,
    CoolingDown,
    DeadlinePassed,
    NoPolicy,
    NonceNotNext,
    NotGuardian,
    PolicyExpired,
    PolicyNotValid,
    SignatureExpired,
    SignatureNotValid,
    WrongPlace
} from "./Errors.sol";
import {IGuard} from "./IGuard.sol";
import {Signatures} from "./Signatures.sol";

/// The policies of accounts and what has been spent of their budgets. Storage is in a namespace of its own (ERC-7201):
/// the code also runs at accounts that delegate to it (EIP-7702), which may have run other code before.
abstract contract PolicyBook is IGuard {
    struct Spending {
        uint128 current; // value moved in the window that began at windowStart
        uint128 previous; // value moved in the window before it
        uint40 windowStart;
        uint40 lastPlan;
        uint40 previousLast; // the last plan of the window before
    }

    struct Page {
        uint64 era; // policies of earlier eras are void
        uint128 series; // signatures of earlier series are void
        uint128 next; // within the series
        mapping(bytes32 eraAndMarket => Policy) policies;
        mapping(bytes32 market => Spending) spendings;
    }

    /// @custom:storage-location erc7201:plimsoll.guard
    struct Book {
        mapping(address account => Page) pages;
    }

    uint256 internal constant WINDOW = 1 days;
    uint256 private constant MOST_LOSS = 1_000; // bps: a liquidation costs less than that
    uint256 private constant MOST_ENTRIES = 16; // of each list of a policy: bounds the gas of a plan
    bytes32 private constant BOOK =
        keccak256(abi.encode(uint256(keccak256("plimsoll.guard")) - 1)) & ~bytes32(uint256(0xff));

    /// The singleton, also when this code runs at an account.
    address internal immutable SELF = address(this);

    /// @inheritdoc IGuard
    function setPolicy(Market calldata market, Policy calldata policy) external {
        voidSignatures(msg.sender);
        write(msg.sender, market, policy);
    }

    /// @inheritdoc IGuard
    /// @dev Anyone may hand in the signature. The domain's contract is where the code runs: what was signed for the
    /// singleton is not valid at the account itself, nor the other way round.
    function setPolicyBySignature(
        address account,
        Market calldata market,
        Policy calldata policy,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external {
        if (block.timestamp > deadline) revert SignatureExpired(deadline);
        uint256 next = nonceOf(account);
        if (nonce != next) revert NonceNotNext(nonce, next);
        ++book().pages[account].next;
        bytes32 digest = Signatures.digest(account, market, policy, nonce, deadline);
        if (!Signatures.signed(account, digest, signature)) revert SignatureNotValid();
        write(account, market, policy);
    }

    /// @inheritdoc IGuard
    /// @dev Also makes void what the account signed before: a policy that is not used yet must not come back.
    function revoke(Market calldata market) external {
        here(msg.sender);
        voidSignatures(msg.sender);
        bytes32 key = keyOf(market);
        delete book().pages[msg.sender].policies[inEra(msg.sender, key)];
        emit PolicyRevoked(msg.sender, key);
    }

    /// @inheritdoc IGuard
    /// @dev The event names no market: zero stands for all.
    function revokeAll() external {
        here(msg.sender);
        voidSignatures(msg.sender);
        ++book().pages[msg.sender].era;
        emit PolicyRevoked(msg.sender, bytes32(0));
    }

    /// @inheritdoc IGuard
    function policyOf(address account, Market calldata market) external view returns (Policy memory) {
        return policyAt(account, keyOf(market));
    }

    /// @inheritdoc IGuard
    /// @dev As of now: what is left of the budget is valuePerDay - current - previous.
    function spentOf(address account, Market calldata market)
        external
        view
        returns (uint256 current, uint256 previous, uint256 windowStart, uint256 lastPlan)
    {
        Spending memory spending = asOfNow(book().pages[account].spendings[keyOf(market)]);
        return (spending.current, spending.previous, spending.windowStart, spending.lastPlan);
    }

    /// @inheritdoc IGuard
    function nonceOf(address account) public view returns (uint256) {
        Page storage page = book().pages[account];
        return (uint256(page.series) << 128) | page.next;
    }

    function keyOf(Market calldata market) internal pure returns (bytes32) {
        return keccak256(abi.encode(market));
    }

    function policyAt(address account, bytes32 key) internal view returns (Policy storage) {
        return book().pages[account].policies[inEra(account, key)];
    }

    /// What can be refused by looking at the policy alone.
    function admit(Policy storage policy, Plan calldata plan, bytes32 key) internal view {
        here(plan.account);
        if (policy.guardian == address(0)) revert NoPolicy(plan.account, key);
        if (policy.guardian != msg.sender) revert NotGuardian(msg.sender);
        if (block.timestamp >= policy.expiry) revert PolicyExpired(policy.expiry);
        if (block.timestamp > plan.deadline) revert DeadlinePassed(plan.deadline);
        uint256 until = uint256(book().pages[plan.account].spendings[key].lastPlan) + policy.cooldown;
        if (block.timestamp < until) revert CoolingDown(until);
    }

    /// Counts `value` against the budget. A window opens with the first plan after the last one has ended, so that no
    /// 24 hours touch more than two; the previous one counts in full until its last plan is 24 hours old. So the sum
    /// over any 24 hours stays within the budget, which a weighted previous window would not guarantee.
    function spend(address account, bytes32 key, uint256 value, uint256 budget) internal {
        Spending storage stored = book().pages[account].spendings[key];
        Spending memory spending = asOfNow(stored);
        uint256 total = value + spending.current + spending.previous;
        if (total > budget) revert BudgetExceeded(total, budget);
        if (spending.windowStart == 0) spending.windowStart = uint40(block.timestamp);
        spending.current += uint128(value);
        spending.lastPlan = uint40(block.timestamp);
        book().pages[account].spendings[key] = spending;
    }

    function asOfNow(Spending memory spending) private view returns (Spending memory) {
        if (spending.windowStart != 0 && block.timestamp >= spending.windowStart + WINDOW) {
            spending.previous = spending.current;
            spending.previousLast = spending.lastPlan;
            spending.current = 0;
            spending.windowStart = 0;
        }
        if (block.timestamp >= spending.previousLast + WINDOW) spending.previous = 0;
        return spending;
    }

    function write(address account, Market calldata market, Policy calldata policy) private {
        here(account);
        valid(market, policy);
        bytes32 key = keyOf(market);
        book().pages[account].policies[inEra(account, key)] = policy;
        emit PolicySet(account, key, policy.guardian, policy);
    }

    /// Code that runs at an account moves that account's belongings: it must listen to nobody else's policy there.
    function here(address account) private view {
        if (address(this) == SELF ? account == SELF : account != address(this)) revert WrongPlace(account);
    }

    function valid(Market calldata market, Policy calldata policy) private view {
        if ((policy.access == Access.Self) != (address(this) != SELF)) revert PolicyNotValid("access");
        // An account may be its own guardian: one key on a home server, whose daemon the policy still bounds.
        if (policy.guardian == address(0)) revert PolicyNotValid("guardian");
        if (policy.expiry <= block.timestamp) revert PolicyNotValid("expiry");
        if (policy.maxLossBps > MOST_LOSS) revert PolicyNotValid("maxLossBps");
        if (policy.trigger == 0 || policy.ceiling < policy.trigger) revert PolicyNotValid("trigger");
        if (policy.floor > policy.ceiling) revert PolicyNotValid("floor");
        if (market.entry.code.length == 0) revert PolicyNotValid("entry");
        if (market.protocol == Protocol.AaveV3 && market.id != bytes32(0)) revert PolicyNotValid("id");
        distinct(policy.collaterals);
        distinct(policy.debts);
        distinct(policy.venues);
    }

    function distinct(address[] calldata list) private pure {
        if (list.length > MOST_ENTRIES) revert PolicyNotValid("length");
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == address(0)) revert PolicyNotValid("zero");
            for (uint256 j = 0; j < i; ++j) {
                if (list[i] == list[j]) revert PolicyNotValid("twice");
            }
        }
    }

    function voidSignatures(address account) private {
        Page storage page = book().pages[account];
        ++page.series;
        page.next = 0;
    }

    function inEra(address account, bytes32 key) private view returns (bytes32) {
        return keccak256(abi.encode(book().pages[account].era, key));
    }

    function book() private pure returns (Book storage at) {
        bytes32 slot = BOOK;
        assembly ("memory-safe") {
            at.slot := slot
        }
    }
}
