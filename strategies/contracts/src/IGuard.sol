// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// What a bot's key may do for an account that it does not own: lower the risk of one lending position, and nothing
/// else.
///
/// The account writes a policy per market. The policy's guardian then submits plans. A plan's calldata is never
/// trusted: the account's health factor, debts, holdings and equity are measured before and after, and a plan whose
/// effects are not those of a rescue within the policy reverts as a whole.
interface IGuard {
    enum Protocol {
        AaveV3,
        MorphoBlue
    }

    /// How the guard reaches what the account owns.
    enum Access {
        Allowance, // ERC-20 allowance of aTokens and tokens; Morpho: setAuthorization
        Self, // EIP-7702: this code runs at the account
        Module // the guard is an enabled module of a Safe
    }

    enum Lender {
        None,
        AaveV3, // Pool.flashLoanSimple, with premium
        MorphoBlue, // Morpho.flashLoan, free
        UniswapV3, // UniswapV3Pool.flash, the pool's fee
        MorphoRepay // no loan: the steps run in Morpho's repay callback, when the debt is lower by `amount` already
    }

    enum Action {
        Withdraw, // `amount` of collateral `asset` from the position to the guard; max: all of it
        Repay, // `amount` of debt `asset`; max: all held beyond what the loan takes back, at most the debt
        Swap, // `amount` of `asset` into at least `minOut` of `assetOut` by calling `target` with `data`; max: all held
        Supply, // `amount` of `asset` held by the guard into the position; max: all beyond what the loan takes back
        Pull, // `amount` of `asset` from the account's wallet to the guard; max: all of it
        Borrow, // `amount` of `asset` on the account's behalf to the guard (debt swap)
        RepayWithATokens, // Aave: `amount` of own aTokens of `asset`, which is in both lists, against its debt; max: all
        SetEMode, // Aave, Self and Module only: category `amount`
        UseAsCollateral // Aave, Self and Module only: `asset` counts as collateral when `amount` is 1
    }

    /// Aave: `entry` is the PoolAddressesProvider and `id` is zero. Morpho Blue: `entry` is Morpho, `id` the market id.
    struct Market {
        Protocol protocol;
        address entry;
        bytes32 id;
    }

    struct Policy {
        address guardian; // may submit plans; zero: no policy
        Access access;
        uint40 expiry; // unix seconds; the policy is void from then on
        uint32 cooldown; // seconds between plans
        uint16 maxLossBps; // of the value moved: equity lost by one plan, at the protocol's oracle
        bool mayClose; // a plan may leave no debt at all, which has no health factor
        uint96 trigger; // 1e18: plans are refused unless the health factor is below this
        uint96 floor; // 1e18: least health factor after a plan
        uint96 ceiling; // 1e18: highest health factor after a plan
        // Most value moved in any 24 hours, in the market's base currency. Aave: the oracle's unit; Morpho: units of the
        // loan token.
        uint128 valuePerDay;
        address[] collaterals; // assets that may be withdrawn or supplied
        address[] debts; // assets that may be repaid or borrowed
        address[] venues; // contracts that may be called to swap or lend
    }

    struct Loan {
        Lender lender;
        address source; // pool of the lender; one of the market's own contracts or of the policy's venues
        address asset;
        uint256 amount;
    }

    struct Step {
        Action action;
        address asset;
        uint256 amount;
        address assetOut; // Swap only
        uint256 minOut; // Swap only
        address target; // Swap only: called, and what the allowance is given to
        bytes data; // Swap only
    }

    struct Plan {
        address account;
        Market market;
        uint40 deadline; // unix seconds, inclusive
        uint96 floor; // 1e18: least health factor after this plan; the policy's floor holds as well
        Loan loan;
        Step[] steps;
    }

    event PolicySet(address indexed account, bytes32 indexed market, address indexed guardian, Policy policy);
    event PolicyRevoked(address indexed account, bytes32 indexed market);
    /// `moved` is what the budget was charged, `lost` what the account's equity fell by, in the market's base currency.
    event Rescued(
        address indexed account,
        bytes32 indexed market,
        uint256 healthBefore,
        uint256 healthAfter,
        uint256 moved,
        uint256 lost
    );

    /// Carries out a plan. Only the guardian of the account's policy for the market.
    function execute(Plan calldata plan) external;

    /// Replaces the caller's policy for a market.
    function setPolicy(Market calldata market, Policy calldata policy) external;

    /// The same for an account that signed it (EIP-712; ERC-1271 for contracts). `deadline` is inclusive.
    function setPolicyBySignature(
        address account,
        Market calldata market,
        Policy calldata policy,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// Ends the caller's policy for a market, at once.
    function revoke(Market calldata market) external;

    /// Ends all policies of the caller, at once, and makes void what was signed before.
    function revokeAll() external;

    function policyOf(address account, Market calldata market) external view returns (Policy memory);

    /// As of now: value moved in the current window of 24 hours (zero if it has ended), and what still counts of the one
    /// before; what is left is valuePerDay less both. Then the current window's start and the last plan's time.
    function spentOf(address account, Market calldata market)
        external
        view
        returns (uint256 current, uint256 previous, uint256 windowStart, uint256 lastPlan);

    /// Next nonce for setPolicyBySignature.
    function nonceOf(address account) external view returns (uint256);
}
