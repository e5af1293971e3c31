// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// Takes reports as Chainlink's OCR2Aggregator does (smartcontractkit/libocr, contract2): from its transmitters alone, in
/// rising epochs, signed by f + 1 of its oracles over the report and its context, the answer being the median of the
/// observations. Billing, configuration and validation are left out. Where it differs from that contract, that contract is
/// right.
contract OcrAggregator {
    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);
    event NewRound(uint256 indexed roundId, address indexed startedBy, uint256 startedAt);

    struct Round {
        int192 answer;
        uint32 observedAt;
        uint32 updatedAt;
    }

    uint8 public immutable decimals;
    uint8 public immutable f;
    bytes32 public immutable configDigest;
    uint40 public latestEpochAndRound;
    uint32 public latestRoundId;
    address[] private transmitters;
    mapping(address => bool) private transmits;
    mapping(address => uint256) private signerBit;
    mapping(uint32 => Round) private rounds;

    constructor(uint8 decimals_, int192 first, uint8 f_, bytes32 digest, address[] memory signers, address[] memory senders) {
        decimals = decimals_;
        f = f_;
        configDigest = digest;
        transmitters = senders;
        for (uint256 i = 0; i < senders.length; ++i) transmits[senders[i]] = true;
        for (uint256 i = 0; i < signers.length; ++i) signerBit[signers[i]] = 1 << i;
        record(first, uint32(block.timestamp));
    }

    function getTransmitters() external view returns (address[] memory) {
        return transmitters;
    }

    function transmit(
        bytes32[3] calldata reportContext,
        bytes calldata report,
        bytes32[] calldata rs,
        bytes32[] calldata ss,
        bytes32 rawVs
    ) external {
        uint40 epochAndRound = uint40(uint256(reportContext[1]));
        require(latestEpochAndRound < epochAndRound, "stale report");
        require(transmits[msg.sender], "unauthorized transmitter");
        require(configDigest == reportContext[0], "configDigest mismatch");
        require(rs.length == f + 1 && rs.length == ss.length, "wrong number of signatures");
        bytes32 digest = keccak256(abi.encode(keccak256(report), reportContext));
        uint256 signed = 0;
        for (uint256 i = 0; i < rs.length; ++i) {
            uint256 bit = signerBit[ecrecover(digest, uint8(rawVs[i]) + 27, rs[i], ss[i])];
            require(bit != 0, "signature error");
            require(signed & bit == 0, "duplicate signer");
            signed |= bit;
        }
        (uint32 observedAt, , int192[] memory observations, ) = abi.decode(report, (uint32, bytes32, int192[], int192));
        require(f < observations.length, "too few values to trust median");
        latestEpochAndRound = epochAndRound;
        record(observations[observations.length / 2], observedAt);
    }

    function latestAnswer() external view returns (int256) {
        return rounds[latestRoundId].answer;
    }

    function latestTimestamp() external view returns (uint256) {
        return rounds[latestRoundId].updatedAt;
    }

    function latestRound() external view returns (uint256) {
        return latestRoundId;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return getRoundData(uint80(latestRoundId));
    }

    function getRoundData(uint80 roundId) public view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory round = rounds[uint32(roundId)];
        require(round.updatedAt != 0, "No data present");
        return (roundId, round.answer, round.observedAt, round.updatedAt, roundId);
    }

    function record(int192 answer, uint32 observedAt) private {
        uint32 roundId = ++latestRoundId;
        rounds[roundId] = Round(answer, observedAt, uint32(block.timestamp));
        emit NewRound(roundId, address(0), observedAt);
        emit AnswerUpdated(answer, roundId, block.timestamp);
    }
}

/// Passes calls on for those whom it knows, as Chainlink's AuthorizedForwarder does (its package chainlink/contracts, operatorforwarder).
contract ReportForwarder {
    mapping(address => bool) private authorized;

    constructor(address[] memory senders) {
        for (uint256 i = 0; i < senders.length; ++i) authorized[senders[i]] = true;
    }

    function forward(address to, bytes calldata data) external {
        require(authorized[msg.sender], "Not authorized sender");
        (bool success, bytes memory result) = to.call(data);
        if (success) return;
        assembly {
            revert(add(32, result), mload(result))
        }
    }
}
