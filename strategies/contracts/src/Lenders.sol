// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {MorphoBlueAdapter} from "./adapters/MorphoBlueAdapter.sol";
import {LenderNotAllowed, LoanNotCovered, LoanNotGiven, LoanShort, UnexpectedCallback} from "./Errors.sol";
import {IGuard} from "./IGuard.sol";
import {Markets} from "./Markets.sol";
import {IAavePool, IMorpho, IUniswapV3Pool} from "./Protocols.sol";
import {Run} from "./Run.sol";
import {Steps} from "./Steps.sol";
import {Tokens} from "./Tokens.sol";
import {BEFORE_LOAN, DUE, DUE_ASSET, EXPECTED, LENDER, Ledger, load, store} from "./Transient.sol";

/// Runs the steps of a plan, inside a loan if it has one. A callback is believed only from the lender that was asked,
/// once, with the very bytes that were handed to it.
abstract contract Lenders is Steps {
    function carryOut(Run memory run) internal {
        if (run.loan.lender == IGuard.Lender.None) runSteps(run);
        else borrowAndRun(run);
    }

    /// Aave V3's flashLoanSimple.
    function executeOperation(address, uint256, uint256 premium, address, bytes calldata data) external returns (bool) {
        onLoan(IGuard.Lender.AaveV3, premium, data);
        return true;
    }

    /// Morpho Blue's flashLoan.
    function onMorphoFlashLoan(uint256, bytes calldata data) external {
        onLoan(IGuard.Lender.MorphoBlue, 0, data);
    }

    /// Uniswap V3's flash: the fee is in the token that was lent, the other one's is zero.
    function uniswapV3FlashCallback(uint256 fee0, uint256 fee1, bytes calldata data) external {
        onLoan(IGuard.Lender.UniswapV3, fee0 + fee1, data);
    }

    /// Morpho Blue's repay: the debt is lower by `assets` already, which Morpho takes afterwards.
    function onMorphoRepay(uint256 assets, bytes calldata data) external {
        Run memory run = expected(IGuard.Lender.MorphoRepay, data);
        runAndCover(run, assets);
    }

    function borrowAndRun(Run memory run) private {
        IGuard.Loan memory loan = run.loan;
        Markets.find(run, loan.asset);
        checkLender(run);
        bytes memory data = abi.encode(run);
        uint256 before = allow(loan.asset, loan.source, 0);
        store(LENDER, uint160(loan.source));
        store(EXPECTED, uint256(keccak256(data)));
        store(BEFORE_LOAN, Tokens.balance(loan.asset, address(this)));
        ask(run, data);
        if (load(LENDER) != 0) revert LoanNotGiven(loan.source);
        Tokens.approve(loan.asset, loan.source, before);
    }

    function ask(Run memory run, bytes memory data) private {
        IGuard.Loan memory loan = run.loan;
        if (loan.lender == IGuard.Lender.AaveV3) {
            IAavePool(loan.source).flashLoanSimple(address(this), loan.asset, loan.amount, data, 0);
        } else if (loan.lender == IGuard.Lender.MorphoBlue) {
            IMorpho(loan.source).flashLoan(loan.asset, loan.amount, data);
        } else if (loan.lender == IGuard.Lender.UniswapV3) {
            bool first = IUniswapV3Pool(loan.source).token0() == loan.asset;
            (uint256 amount0, uint256 amount1) = first ? (loan.amount, uint256(0)) : (uint256(0), loan.amount);
            IUniswapV3Pool(loan.source).flash(address(this), amount0, amount1, data);
        } else {
            MorphoBlueAdapter.repay(run, loan.amount, data);
        }
    }

    function onLoan(IGuard.Lender lender, uint256 fee, bytes calldata data) private {
        Run memory run = expected(lender, data);
        IGuard.Loan memory loan = run.loan;
        uint256 before = load(BEFORE_LOAN);
        uint256 present = Tokens.balance(loan.asset, address(this));
        uint256 received = present < before ? 0 : present - before;
        if (received < loan.amount) revert LoanShort(loan.amount, received);
        Ledger.add(loan.asset, received);
        runAndCover(run, loan.amount + fee);
    }

    function expected(IGuard.Lender lender, bytes calldata data) private returns (Run memory run) {
        bool known = load(LENDER) == uint160(msg.sender) && load(EXPECTED) == uint256(keccak256(data));
        if (!known) revert UnexpectedCallback(msg.sender);
        store(LENDER, 0);
        store(EXPECTED, 0);
        run = abi.decode(data, (Run));
        if (run.loan.lender != lender) revert UnexpectedCallback(msg.sender);
    }

    /// After the steps what is owed stands ready for the lender, out of what the plan holds.
    function runAndCover(Run memory run, uint256 owed) private {
        IGuard.Loan memory loan = run.loan;
        store(DUE, owed);
        store(DUE_ASSET, uint160(loan.asset));
        runSteps(run);
        store(DUE, 0);
        uint256 present = Ledger.held(loan.asset);
        if (present < owed) revert LoanNotCovered(owed, present);
        // Morpho's own repayment is not given back to a lender: it went against the account's debt.
        if (loan.lender == IGuard.Lender.MorphoRepay) give(Markets.find(run, loan.asset), owed);
        else Ledger.take(loan.asset, owed);
        if (loan.lender == IGuard.Lender.UniswapV3) Tokens.send(loan.asset, loan.source, owed);
        else Tokens.approve(loan.asset, loan.source, owed);
    }

    function checkLender(Run memory run) private view {
        IGuard.Loan memory loan = run.loan;
        bool own = loan.source == run.core;
        bool repaid = loan.lender == IGuard.Lender.MorphoRepay;
        bool asMarket = loan.lender == (Markets.isAave(run) ? IGuard.Lender.AaveV3 : IGuard.Lender.MorphoBlue);
        if (own && (asMarket || (repaid && !Markets.isAave(run) && loan.asset == run.params.loanToken))) return;
        if (own || repaid) revert LenderNotAllowed(loan.lender, loan.source);
        checkTarget(run, loan.source);
    }
}
