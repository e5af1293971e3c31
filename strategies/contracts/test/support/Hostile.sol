// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Coin} from "./Coin.sol";

interface ICallbacks {
    function executeOperation(address asset, uint256 amount, uint256 premium, address initiator, bytes calldata data)
        external
        returns (bool);
    function onMorphoFlashLoan(uint256 amount, bytes calldata data) external;
    function onMorphoRepay(uint256 amount, bytes calldata data) external;
    function uniswapV3FlashCallback(uint256 fee0, uint256 fee1, bytes calldata data) external;
}

contract Stranger {
    function callBack(address receiver, address asset, uint256 amount, bytes calldata data) external {
        ICallbacks(receiver).executeOperation(asset, amount, 0, receiver, data);
    }
}

/// Lends as Aave's pool does, with a trick.
contract HostileLender {
    enum Trick {
        None,
        Silent,
        Short,
        Twice,
        OtherData,
        OtherCallback,
        ThirdParty,
        Dear
    }

    Trick private trick;
    Coin private coin;
    Stranger private immutable stranger = new Stranger();

    function set(Trick trick_, address coin_) external {
        trick = trick_;
        coin = Coin(coin_);
    }

    function flashLoanSimple(address receiver, address asset, uint256 amount, bytes calldata data, uint16) external {
        if (trick == Trick.Silent) return;
        coin.mint(receiver, trick == Trick.Short ? amount - 1 : amount);
        uint256 premium = trick == Trick.Dear ? 40e6 : 0;
        if (trick == Trick.OtherCallback) {
            ICallbacks(receiver).onMorphoFlashLoan(amount, data);
        } else if (trick == Trick.ThirdParty) {
            stranger.callBack(receiver, asset, amount, data);
        } else if (trick == Trick.OtherData) {
            ICallbacks(receiver).executeOperation(asset, amount, premium, receiver, bytes.concat(data, hex"00"));
        } else {
            ICallbacks(receiver).executeOperation(asset, amount, premium, receiver, data);
        }
        if (trick == Trick.Twice) ICallbacks(receiver).executeOperation(asset, amount, premium, receiver, data);
        coin.transferFrom(receiver, address(this), amount + premium);
    }
}
