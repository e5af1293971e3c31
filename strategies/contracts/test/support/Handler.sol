// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Chaos} from "./Chaos.sol";
import {Coin} from "./Coin.sol";
import {ICallbacks} from "./Hostile.sol";
import {Desk} from "./Mocks.sol";
import {Witness} from "./Witness.sol";
import {IGuard} from "../../src/IGuard.sol";
import {Swapper} from "../../src/Swapper.sol";

/// A hostile guardian of four accounts, on a market that moves. Half of its plans are rescues with something changed,
/// the rest is noise; Witness measures each one that goes through.
contract Handler is Witness {
    uint256 private seed;
    Chaos private chaos;

    uint256 public tried;
    uint256 public done;

    function setUp() public override {
        super.setUp();
        chaos = new Chaos();
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            address[] memory venues = new address[](4);
            (venues[0], venues[1], venues[2]) = (address(desk), address(chaos), address(loanPool));
            venues[3] = i == MORPHO_ACCOUNT ? address(pool) : address(morpho);
            open(i, venues);
        }
    }

    // ---- what the fuzzer calls

    function plan(uint256 seed_) external {
        seed = seed_;
        uint256 who = random(ACCOUNTS);
        if (random(4) != 0) bringIntoTrouble(who);
        IGuard.Plan memory made = random(8) == 0 ? noise(who) : changed(rescue(who));
        for (who = 0; account(who) != made.account;) {
            ++who;
        }
        submit(who, made);
    }

    function movePrice(uint256 seed_) external {
        seed = seed_;
        if (random(4) == 0) price(usdc, int256(0.97e8 + random(0.05e8)));
        else price(weth, int256(1500e8 + random(900e8)));
        vm.warp(block.timestamp + random(4 hours));
    }

    function dust(uint256 seed_) external {
        seed = seed_;
        address[4] memory places =
            [address(guard), address(guard.swapper()), account(random(ACCOUNTS)), address(guard.rescuer())];
        anyCoin().mint(places[random(3)], random(1e6));
    }

    function intrude(uint256 seed_) external {
        seed = seed_;
        (address target, bytes memory data) = intrusion();
        vm.prank(random(2) == 0 ? THIEF : GUARDIAN);
        (bool passed,) = target.call(data);
        if (passed && target != address(guard.swapper())) violated = "an intrusion went through";
        checkClean();
    }

    // ---- plans

    function submit(uint256 who, IGuard.Plan memory made) private {
        (address target, bytes memory data) = random(3) == 0 ? intrusion() : (address(0), bytes(""));
        chaos.set(target, data, random(3) == 0 ? random(20e6) : 0);
        uint256 enteredBefore = chaos.entered();
        before(who);
        ++tried;
        vm.prank(GUARDIAN);
        (bool passed,) = address(placeOf(made.account)).call(abi.encodeCall(IGuard.execute, (made)));
        if (!passed) return;
        ++done;
        if (chaos.entered() != enteredBefore && target != address(0)) violated = "a venue's intrusion went through";
        afterwards(who);
    }

    function rescue(uint256 who) private returns (IGuard.Plan memory made) {
        bool onMorpho = who == MORPHO_ACCOUNT;
        uint256 sold = 0.01e18 + random(2.5e18);
        uint256 bps = random(130);
        uint256 brings = desk.quote(weth, sold, usdc, bps);
        made = flashPlan(account(who), brings * (900 + random(98)) / 1000, sold, bps);
        made.market = marketOf(who);
        uint256 kind = random(6);
        if (kind == 0) {
            return plainPlan(account(who), made.market, random(0.5e18), bps);
        } else if (kind == 1) {
            made.loan.lender = IGuard.Lender.MorphoBlue;
            made.loan.source = address(morpho);
        } else if (kind == 2) {
            made.loan.lender = IGuard.Lender.UniswapV3;
            made.loan.source = address(loanPool);
        } else if (kind == 3) {
            made.loan.source = address(chaos);
        } else if (kind == 4 && onMorpho) {
            made.loan.lender = IGuard.Lender.MorphoRepay;
            made.loan.source = address(morpho);
            made.steps[0].amount = 0;
        }
    }

    /// One or two things are not as a rescue would have them.
    function changed(IGuard.Plan memory made) private returns (IGuard.Plan memory) {
        uint256 at = random(made.steps.length);
        uint256 kind = random(12);
        if (kind == 0) made.steps[at].amount = amount();
        if (kind == 1) made.steps[at].asset = address(anyCoin());
        if (kind == 2) made.steps[at].action = IGuard.Action(random(9));
        if (kind == 3) made.loan.amount = amount();
        if (kind == 4) made.steps[at] = anyStep(made.account);
        if (kind == 5) made.account = account(random(ACCOUNTS));
        // The proceeds of the sale, or a part of them, go elsewhere.
        if (kind < 9 && kind > 5) divert(made, kind == 6 ? 0 : random(300));
        return made;
    }

    function divert(IGuard.Plan memory made, uint256 perMille) private {
        IGuard.Step[] memory steps = new IGuard.Step[](made.steps.length + 1);
        uint256 sale_ = made.steps.length - 2;
        for (uint256 i = 0; i < made.steps.length; ++i) {
            steps[i <= sale_ ? i : i + 1] = made.steps[i];
        }
        uint256 all = steps[sale_].amount;
        uint256 part = all * (perMille == 0 ? random(12) : random(perMille)) / 1000;
        steps[sale_] = sale(weth, all - part, usdc, 0);
        steps[sale_ + 1] = sale(weth, part, usdc, 0);
        steps[sale_ + 1].data = abi.encodeCall(Desk.trade, (weth, part, usdc, 0, THIEF));
        if (random(3) == 0) {
            steps[sale_ + 1].target = address(chaos);
            steps[sale_ + 1].data = abi.encodeCall(Chaos.trade, (weth, part, usdc, random(10e6), account(0)));
        }
        made.steps = steps;
    }

    function noise(uint256 who) private returns (IGuard.Plan memory made) {
        made = emptyPlan(account(who), marketOf(who), 1 + random(5));
        for (uint256 i = 0; i < made.steps.length; ++i) {
            made.steps[i] = anyStep(made.account);
        }
        if (random(2) == 0) {
            address[5] memory sources =
                [address(pool), address(morpho), address(chaos), address(loanPool), address(desk)];
            made.loan = IGuard.Loan(IGuard.Lender(random(5)), sources[random(5)], address(anyCoin()), amount());
        }
    }

    function anyStep(address account_) private returns (IGuard.Step memory made) {
        made = step(IGuard.Action(random(9)), anyCoin(), amount());
        if (made.action != IGuard.Action.Swap) return made;
        Coin sold = Coin(made.asset);
        Coin bought = anyCoin();
        uint256 size = made.amount > 1e30 ? 1e15 : made.amount;
        made = sale(sold, size, bought, random(50));
        address[6] memory targets =
            [address(desk), address(chaos), address(sold), address(aToken(sold)), address(pool), address(guard)];
        made.target = targets[random(6)];
        if (random(2) == 0) made.data = abi.encodeCall(Coin.transferFrom, (account_, THIEF, size));
    }

    /// Calls that only a lender, an account or the guard itself may make.
    function intrusion() private returns (address target, bytes memory data) {
        uint256 kind = random(8);
        target = random(2) == 0 ? address(guard) : account(1);
        if (kind == 0) data = abi.encodeCall(ICallbacks.executeOperation, (address(usdc), amount(), 0, target, ""));
        if (kind == 1) data = abi.encodeCall(ICallbacks.onMorphoFlashLoan, (amount(), ""));
        if (kind == 2) data = abi.encodeCall(ICallbacks.onMorphoRepay, (amount(), ""));
        if (kind == 3) data = abi.encodeCall(ICallbacks.uniswapV3FlashCallback, (amount(), 0, ""));
        if (kind == 4) {
            target = address(guard.swapper());
            data = abi.encodeCall(Swapper.swap, (address(anyCoin()), 0, address(anyCoin()), address(desk), ""));
        }
        if (kind == 5) {
            target = address(anyCoin());
            data = abi.encodeCall(Coin.transferFrom, (account(random(ACCOUNTS)), THIEF, 1 + random(1e6)));
        }
        if (kind == 6) {
            target = address(aToken(weth));
            data = abi.encodeCall(Coin.transferFrom, (account(random(ACCOUNTS)), THIEF, 1 + random(1e6)));
        }
        if (kind == 7) data = abi.encodeCall(IGuard.execute, (emptyPlan(account(random(ACCOUNTS)), aaveMarket(), 0)));
    }

    // ---- chance

    function random(uint256 bound) private returns (uint256) {
        seed = uint256(keccak256(abi.encode(seed)));
        return bound == 0 ? 0 : seed % bound;
    }

    function amount() private returns (uint256) {
        uint256 kind = random(5);
        if (kind == 0) return ALL;
        if (kind == 1) return random(10e6);
        if (kind == 2) return random(10_000e6);
        return random(12e18);
    }

    function anyCoin() private returns (Coin) {
        Coin[4] memory coins = [weth, usdc, wbtc, dai];
        uint256 kind = random(10);
        return coins[kind < 4 ? 0 : kind < 8 ? 1 : kind - 6];
    }
}
