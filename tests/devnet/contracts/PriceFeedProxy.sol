// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

interface IAggregator {
    function decimals() external view returns (uint8);
    function description() external view returns (string memory);
    function version() external view returns (uint256);
    function latestAnswer() external view returns (int256);
    function latestTimestamp() external view returns (uint256);
    function latestRound() external view returns (uint256);
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80);
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80);
}

/// The stable address in front of a replaceable aggregator. As with the real one, changing the aggregator emits nothing,
/// and a round's id carries the phase in its upper bits.
contract PriceFeedProxy {
    uint256 private constant PHASE_OFFSET = 64;

    address public immutable owner;
    uint16 public phaseId;
    mapping(uint16 => IAggregator) public phaseAggregators;
    IAggregator public proposedAggregator;

    constructor(IAggregator aggregator_) {
        owner = msg.sender;
        phaseId = 1;
        phaseAggregators[1] = aggregator_;
    }

    modifier onlyOwner() {
        require(msg.sender == owner, "Only callable by owner");
        _;
    }

    function proposeAggregator(IAggregator aggregator_) external onlyOwner {
        proposedAggregator = aggregator_;
    }

    function confirmAggregator(IAggregator aggregator_) external onlyOwner {
        require(aggregator_ == proposedAggregator, "Invalid proposed aggregator");
        delete proposedAggregator;
        phaseAggregators[++phaseId] = aggregator_;
    }

    function aggregator() public view returns (IAggregator) {
        return phaseAggregators[phaseId];
    }

    function decimals() external view returns (uint8) {
        return aggregator().decimals();
    }

    function description() external view returns (string memory) {
        return aggregator().description();
    }

    function version() external view returns (uint256) {
        return aggregator().version();
    }

    function latestAnswer() external view returns (int256) {
        return aggregator().latestAnswer();
    }

    function latestTimestamp() external view returns (uint256) {
        return aggregator().latestTimestamp();
    }

    function latestRound() external view returns (uint256) {
        return addPhase(phaseId, uint64(aggregator().latestRound()));
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredIn) =
            aggregator().latestRoundData();
        return (addPhase(phaseId, uint64(id)), answer, startedAt, updatedAt, addPhase(phaseId, uint64(answeredIn)));
    }

    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        uint16 phase = uint16(roundId >> PHASE_OFFSET);
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredIn) =
            phaseAggregators[phase].getRoundData(uint80(uint64(roundId)));
        return (addPhase(phase, uint64(id)), answer, startedAt, updatedAt, addPhase(phase, uint64(answeredIn)));
    }

    function addPhase(uint16 phase, uint64 roundId) private pure returns (uint80) {
        return uint80((uint256(phase) << PHASE_OFFSET) | roundId);
    }
}
