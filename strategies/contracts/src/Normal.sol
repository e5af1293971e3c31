// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {NotForEther} from "./Errors.sol";
import {PolicyBook} from "./PolicyBook.sol";
import {Signatures} from "./Signatures.sol";

/// What an account that delegates to the guard must still be able to do as any account without code can: receive ether
/// and tokens that ask first, and sign.
abstract contract Normal is PolicyBook {
    bytes4 private constant NOT_VALID = 0xffffffff;

    receive() external payable {
        onlyAtAnAccount();
    }

    /// Callbacks of lenders, and ether that comes with data, as any account takes it.
    fallback(bytes calldata) external payable returns (bytes memory) {
        if (msg.value == 0) return onCallback();
        onlyAtAnAccount();
        return "";
    }

    /// ERC-1271 for an account that delegates here: its own key, and no other, signs for it.
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        return Signatures.recovers(address(this), hash, signature) ? Signatures.VALID : NOT_VALID;
    }

    /// ERC-721
    function onERC721Received(address, address, uint256, bytes calldata) external pure returns (bytes4) {
        return this.onERC721Received.selector;
    }

    /// ERC-1155
    function onERC1155Received(address, address, uint256, uint256, bytes calldata) external pure returns (bytes4) {
        return this.onERC1155Received.selector;
    }

    /// ERC-1155
    function onERC1155BatchReceived(address, address, uint256[] calldata, uint256[] calldata, bytes calldata)
        external
        pure
        returns (bytes4)
    {
        return this.onERC1155BatchReceived.selector;
    }

    /// ERC-165: ERC-165 itself, and the receivers of ERC-721 and ERC-1155.
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0x01ffc9a7 || id == 0x150b7a02 || id == 0x4e2312e0;
    }

    function onCallback() internal virtual returns (bytes memory);

    /// What the singleton got could never leave it.
    function onlyAtAnAccount() private view {
        if (address(this) == SELF) revert NotForEther();
    }
}
