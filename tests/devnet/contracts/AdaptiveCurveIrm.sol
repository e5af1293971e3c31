// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

struct MarketParams {
    address loanToken;
    address collateralToken;
    address oracle;
    address irm;
    uint256 lltv;
}

struct MarketTotals {
    uint128 totalSupplyAssets;
    uint128 totalSupplyShares;
    uint128 totalBorrowAssets;
    uint128 totalBorrowShares;
    uint128 lastUpdate;
    uint128 fee;
}

/// An interest rate model with the interface, the events and the integer results of Morpho's AdaptiveCurveIrm: a curve
/// around a rate at 90 % utilization, which itself moves exponentially in time with the distance from those 90 %.
/// Rates are 1e18 per second.
contract AdaptiveCurveIrm {
    event BorrowRateUpdate(bytes32 indexed id, uint256 avgBorrowRate, uint256 rateAtTarget);

    int256 private constant ONE = 1e18;
    int256 private constant LN_2 = 693147180559945309;
    int256 private constant LOWEST_EXPONENT = -41446531673892822312; // ln(1e-18)
    int256 private constant HIGHEST_EXPONENT = 93859467695000404319;
    int256 private constant LARGEST_POWER = 57716089161558943949701069502944508345128422502756744429568;

    int256 private constant STEEPNESS = 4e18;
    int256 private constant TARGET = 0.9e18;
    int256 private constant SPEED = int256(50e18) / 365 days;
    int256 private constant FIRST_RATE = int256(0.04e18) / 365 days;
    int256 private constant LOWEST_RATE = int256(0.001e18) / 365 days;
    int256 private constant HIGHEST_RATE = int256(2e18) / 365 days;

    address public immutable MORPHO;
    mapping(bytes32 => int256) public rateAtTarget;

    constructor(address morpho) {
        MORPHO = morpho;
    }

    function borrowRateView(MarketParams memory params, MarketTotals memory totals) external view returns (uint256) {
        (int256 rate,) = averages(keccak256(abi.encode(params)), totals);
        return uint256(rate);
    }

    function borrowRate(MarketParams memory params, MarketTotals memory totals) external returns (uint256) {
        require(msg.sender == MORPHO, "not Morpho");
        bytes32 id = keccak256(abi.encode(params));
        (int256 rate, int256 last) = averages(id, totals);
        rateAtTarget[id] = last;
        emit BorrowRateUpdate(id, uint256(rate), uint256(last));
        return uint256(rate);
    }

    /// The mean rate since the market's last update, and the rate at target now.
    function averages(bytes32 id, MarketTotals memory totals) private view returns (int256, int256) {
        int256 used = totals.totalSupplyAssets == 0
            ? int256(0)
            : int256(uint256(totals.totalBorrowAssets) * 1e18 / totals.totalSupplyAssets);
        int256 room = used > TARGET ? ONE - TARGET : TARGET;
        int256 distance = (used - TARGET) * ONE / room;
        int256 first = rateAtTarget[id];
        if (first == 0) return (onCurve(FIRST_RATE, distance), FIRST_RATE);
        int256 exponent = SPEED * distance / ONE * int256(block.timestamp - totals.lastUpdate);
        if (exponent == 0) return (onCurve(first, distance), first);
        int256 last = adapted(first, exponent);
        int256 middle = adapted(first, exponent / 2);
        return (onCurve((first + last + 2 * middle) / 4, distance), last);
    }

    function adapted(int256 rate, int256 exponent) private pure returns (int256) {
        int256 moved = rate * exponential(exponent) / ONE;
        return moved < LOWEST_RATE ? LOWEST_RATE : moved > HIGHEST_RATE ? HIGHEST_RATE : moved;
    }

    function onCurve(int256 rate, int256 distance) private pure returns (int256) {
        int256 slope = distance < 0 ? ONE - ONE * ONE / STEEPNESS : STEEPNESS - ONE;
        return (slope * distance / ONE + ONE) * rate / ONE;
    }

    /// e^x by a power of two and the second-order polynomial of the rest.
    function exponential(int256 x) private pure returns (int256) {
        if (x < LOWEST_EXPONENT) return 0;
        if (x >= HIGHEST_EXPONENT) return LARGEST_POWER;
        int256 power = (x + (x < 0 ? -(LN_2 / 2) : LN_2 / 2)) / LN_2;
        int256 rest = x - power * LN_2;
        int256 polynomial = ONE + rest + rest * rest / ONE / 2;
        return power >= 0 ? polynomial << uint256(power) : polynomial >> uint256(-power);
    }
}
