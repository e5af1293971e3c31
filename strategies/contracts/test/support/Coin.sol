// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

interface IHook {
    function onCoin(address from, address to, uint256 amount) external;
}

/// A token that can be made to misbehave in the ways that tokens do. Anyone may mint.
contract Coin {
    string public name;
    string public symbol;
    uint8 public immutable decimals;
    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    bool public silent; // returns nothing, like USDT
    bool public zeroFirst; // an allowance must be zero before it is set, like USDT
    bool public failing; // returns false and moves nothing
    uint256 public feeBps; // taken of every transfer
    mapping(address => bool) public banned;
    IHook public hook; // called at every transfer

    constructor(string memory name_, uint8 decimals_) {
        name = name_;
        symbol = name_;
        decimals = decimals_;
    }

    function setSilent(bool on) external {
        silent = on;
        zeroFirst = on;
    }

    function setFailing(bool on) external {
        failing = on;
    }

    function setFee(uint256 bps) external {
        feeBps = bps;
    }

    function ban(address account, bool on) external {
        banned[account] = on;
    }

    function setHook(IHook hook_) external {
        hook = hook_;
    }

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
        totalSupply += amount;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        require(!zeroFirst || amount == 0 || allowance[msg.sender][spender] == 0, "zero first");
        allowance[msg.sender][spender] = amount;
        return answer(true);
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        return answer(move(msg.sender, to, amount));
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        require(allowed >= amount, "allowance");
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - amount;
        return answer(move(from, to, amount));
    }

    function move(address from, address to, uint256 amount) private returns (bool) {
        if (failing) return false;
        require(!banned[from] && !banned[to], "banned");
        require(balanceOf[from] >= amount, "balance");
        balanceOf[from] -= amount;
        uint256 fee = amount * feeBps / 10_000;
        balanceOf[to] += amount - fee;
        totalSupply -= fee;
        if (address(hook) != address(0)) hook.onCoin(from, to, amount);
        return true;
    }

    function answer(bool done) private view returns (bool) {
        if (!silent) return done;
        assembly {
            return(0, 0)
        }
    }
}
