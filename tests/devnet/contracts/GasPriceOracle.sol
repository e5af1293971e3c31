// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// What chains of the OP stack have at 0x4200000000000000000000000000000000000015, as far as fees need it. The real one is told
/// by the sequencer once a block; this one by the test. Values are where nodes look for them: in the real one's slots.
contract L1Block {
    uint64 private number;
    uint64 private timestamp;
    uint256 public basefee;
    bytes32 private hash;
    uint64 private sequenceNumber;
    uint32 public blobBaseFeeScalar;
    uint32 public baseFeeScalar;
    bytes32 private batcherHash;
    uint256[2] private beforeEcotone;
    uint256 public blobBaseFee;
    uint64 public operatorFeeConstant;
    uint32 public operatorFeeScalar;

    function set(uint256 fee, uint256 blobFee, uint32 scalar, uint32 blobScalar) external {
        basefee = fee;
        blobBaseFee = blobFee;
        baseFeeScalar = scalar;
        blobBaseFeeScalar = blobScalar;
    }

    function setOperator(uint32 scalar, uint64 constant_) external {
        operatorFeeScalar = scalar;
        operatorFeeConstant = constant_;
    }
}

/// At 0x420000000000000000000000000000000000000F: the fee for data since Fjord, after specs.optimism.io ("Fjord: Predeploys" and
/// "L1-Cost fee changes"). Measured against the contract of the npm package contracts-bedrock 0.17.3 (eth-optimism): the same to the wei.
contract FjordGasPriceOracle {
    L1Block internal constant L1_BLOCK = L1Block(0x4200000000000000000000000000000000000015);
    int256 private constant COST_INTERCEPT = -42_585_600;
    int256 private constant COST_FASTLZ_COEF = 836_500;
    int256 private constant MIN_TRANSACTION_SIZE = 100e6;
    uint256 private constant SIGNATURE = 68;

    function getL1Fee(bytes calldata data) external view returns (uint256) {
        return cost(compressedSize(data) + SIGNATURE);
    }

    function getL1FeeUpperBound(uint256 unsignedTxSize) external view returns (uint256) {
        uint256 size = unsignedTxSize + SIGNATURE;
        return cost(size + size / 255 + 16);
    }

    function cost(uint256 size) private view returns (uint256) {
        int256 estimate = COST_INTERCEPT + COST_FASTLZ_COEF * int256(size);
        if (estimate < MIN_TRANSACTION_SIZE) estimate = MIN_TRANSACTION_SIZE;
        uint256 scaled = uint256(L1_BLOCK.baseFeeScalar()) * 16 * L1_BLOCK.basefee()
            + uint256(L1_BLOCK.blobBaseFeeScalar()) * L1_BLOCK.blobBaseFee();
        return uint256(estimate) * scaled / 1e12;
    }

    /// The length of the FastLZ compression (level 1) of `data`: runs of literals, and matches up to 8191 bytes back.
    function compressedSize(bytes calldata data) private pure returns (uint256 size) {
        uint256[8192] memory seen;
        uint256 limit = data.length < 13 ? 0 : data.length - 13;
        uint256 start;
        for (uint256 at = 2; at < limit;) {
            uint256 found;
            uint256 next = at;
            while (true) {
                uint256 three = threeBytes(data, next);
                uint256 slot = hashOf(three);
                found = seen[slot];
                seen[slot] = next;
                uint256 distance = next - found;
                if (next >= limit) break;
                ++next;
                if (distance <= 8191 && three == threeBytes(data, found)) break;
            }
            if (next >= limit) break;
            at = next - 1;
            if (at > start) size += literals(at - start);
            uint256 length = same(data, found + 3, at + 3, limit + 9);
            size += matched(length);
            at += length;
            for (uint256 i = 0; i < 2; ++i) {
                seen[hashOf(threeBytes(data, at))] = at;
                ++at;
            }
            start = at;
        }
        size += literals(data.length - start);
    }

    function threeBytes(bytes calldata data, uint256 at) private pure returns (uint256) {
        return uint256(uint8(data[at])) | uint256(uint8(data[at + 1])) << 8 | uint256(uint8(data[at + 2])) << 16;
    }

    function hashOf(uint256 three) private pure returns (uint256) {
        return ((2654435769 * three) >> 19) & 0x1fff;
    }

    function literals(uint256 count) private pure returns (uint256) {
        uint256 rest = count % 32;
        return count / 32 * 33 + (rest == 0 ? 0 : rest + 1);
    }

    function matched(uint256 length) private pure returns (uint256) {
        uint256 rest = length - 1;
        return rest / 262 * 3 + (rest % 262 >= 6 ? 3 : 2);
    }

    /// The length of a match beyond its first three bytes, one for the byte that differs included.
    function same(bytes calldata data, uint256 from, uint256 at, uint256 end) private pure returns (uint256 length) {
        uint256 most = end - at;
        while (length < most) {
            bool differs = data[from + length] != data[at + length];
            ++length;
            if (differs) break;
        }
    }
}

/// The operator's fee too, since Isthmus, and as Jovian has it ("Isthmus: Operator Fee", "Jovian: Fee Formula Update"). Measured
/// against the bytecode that the specifications publish for both: the same to the wei.
contract GasPriceOracle is FjordGasPriceOracle {
    bool public isJovian;

    function setJovian() external {
        isJovian = true;
    }

    function getOperatorFee(uint256 gasUsed) external view returns (uint256) {
        uint256 scalar = L1_BLOCK.operatorFeeScalar();
        uint256 constant_ = L1_BLOCK.operatorFeeConstant();
        if (isJovian) return gasUsed * scalar * 100 + constant_;
        return gasUsed * scalar / 1e6 + constant_;
    }
}
