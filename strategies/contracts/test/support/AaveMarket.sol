// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Artifacts} from "./Artifacts.sol";
import {IAavePool} from "../../src/Protocols.sol";

interface IProvider {
    function setACLAdmin(address admin) external;
    function setACLManager(address manager) external;
    function setPoolImpl(address implementation) external;
    function setPoolConfiguratorImpl(address implementation) external;
    function setPoolDataProvider(address provider) external;
    function setPriceOracle(address oracle) external;
    function getPool() external view returns (address);
    function getPoolConfigurator() external view returns (address);
}

interface IAcl {
    function addPoolAdmin(address admin) external;
    function addRiskAdmin(address admin) external;
    function addAssetListingAdmin(address admin) external;
    function addEmergencyAdmin(address admin) external;
}

interface IConfigurator {
    struct InitReserveInput {
        address aTokenImpl;
        address stableDebtTokenImpl;
        address variableDebtTokenImpl;
        uint8 underlyingAssetDecimals;
        address interestRateStrategyAddress;
        address underlyingAsset;
        address treasury;
        address incentivesController;
        string aTokenName;
        string aTokenSymbol;
        string variableDebtTokenName;
        string variableDebtTokenSymbol;
        string stableDebtTokenName;
        string stableDebtTokenSymbol;
        bytes params;
    }

    function initReserves(InitReserveInput[] calldata input) external;
    function setEModeCategory(
        uint8 id,
        uint16 ltv,
        uint16 threshold,
        uint16 bonus,
        address oracle,
        string calldata label
    ) external;
    function setAssetEModeCategory(address asset, uint8 id) external;
    function configureReserveAsCollateral(address asset, uint256 ltv, uint256 threshold, uint256 bonus) external;
    function setReserveBorrowing(address asset, bool on) external;
    function setReserveFactor(address asset, uint256 factor) external;
    function setReserveFlashLoaning(address asset, bool on) external;
    function setLiquidationProtocolFee(address asset, uint256 fee) external;
    function updateFlashloanPremiumTotal(uint128 premium) external;
    function updateFlashloanPremiumToProtocol(uint128 premium) external;
}

/// Aave V3.0.2 from its npm package, in the order that tests/devnet/deploy/aave.mjs explains.
abstract contract AaveMarket is Artifacts {
    uint256 private constant RAY = 1e27;
    address internal constant TREASURY = address(0x7EA5);

    IProvider internal provider;
    IAavePool internal pool;
    IConfigurator internal configurator;
    address internal aaveOracle;
    address private strategy;
    address[3] private tokenCode;

    function deployAave() internal {
        provider = IProvider(
            aave(
                "protocol/configuration/PoolAddressesProvider.sol/PoolAddressesProvider",
                abi.encode("Local Aave Market", address(this))
            )
        );
        provider.setACLAdmin(address(this));
        IAcl acl = IAcl(aave("protocol/configuration/ACLManager.sol/ACLManager", abi.encode(provider)));
        provider.setACLManager(address(acl));
        acl.addPoolAdmin(address(this));
        acl.addRiskAdmin(address(this));
        acl.addAssetListingAdmin(address(this));
        acl.addEmergencyAdmin(address(this));
        deployPool();
        strategy = aave(
            "protocol/pool/DefaultReserveInterestRateStrategy.sol/DefaultReserveInterestRateStrategy",
            abi.encode(
                provider,
                80 * RAY / 100,
                uint256(0),
                4 * RAY / 100,
                60 * RAY / 100,
                4 * RAY / 100,
                60 * RAY / 100,
                2 * RAY / 100,
                5 * RAY / 100,
                20 * RAY / 100
            )
        );
        tokenCode[0] = aave("protocol/tokenization/AToken.sol/AToken", abi.encode(pool));
        tokenCode[1] = aave("protocol/tokenization/StableDebtToken.sol/StableDebtToken", abi.encode(pool));
        tokenCode[2] = aave("protocol/tokenization/VariableDebtToken.sol/VariableDebtToken", abi.encode(pool));
        configurator.updateFlashloanPremiumTotal(5);
        configurator.updateFlashloanPremiumToProtocol(2000);
    }

    function deployPool() private {
        Link[] memory links = new Link[](7);
        string[7] memory names = [
            "BorrowLogic", "BridgeLogic", "EModeLogic", "LiquidationLogic", "PoolLogic", "SupplyLogic", "FlashLoanLogic"
        ];
        for (uint256 i = 0; i < names.length; ++i) {
            links[i] = Link(names[i], aaveLinked(logic(names[i]), "", links));
        }
        address code = aaveLinked("protocol/pool/Pool.sol/Pool", abi.encode(provider), links);
        (bool done,) = code.call(abi.encodeWithSignature("initialize(address)", provider));
        isTrue(done, "pool");
        provider.setPoolImpl(code);
        links = new Link[](1);
        links[0] = Link("ConfiguratorLogic", aave(logic("ConfiguratorLogic"), ""));
        provider.setPoolConfiguratorImpl(aaveLinked("protocol/pool/PoolConfigurator.sol/PoolConfigurator", "", links));
        provider.setPoolDataProvider(
            aave("misc/AaveProtocolDataProvider.sol/AaveProtocolDataProvider", abi.encode(provider))
        );
        pool = IAavePool(provider.getPool());
        configurator = IConfigurator(provider.getPoolConfigurator());
    }

    function deployOracle(address[] memory assets, address[] memory feeds) internal {
        aaveOracle = aave(
            "misc/AaveOracle.sol/AaveOracle", abi.encode(provider, assets, feeds, address(0), address(0), uint256(1e8))
        );
        provider.setPriceOracle(aaveOracle);
    }

    function addReserve(address asset, uint8 decimals, uint256 ltv, uint256 threshold, uint256 bonus) internal {
        IConfigurator.InitReserveInput[] memory input = new IConfigurator.InitReserveInput[](1);
        input[0].aTokenImpl = tokenCode[0];
        input[0].stableDebtTokenImpl = tokenCode[1];
        input[0].variableDebtTokenImpl = tokenCode[2];
        input[0].underlyingAssetDecimals = decimals;
        input[0].interestRateStrategyAddress = strategy;
        input[0].underlyingAsset = asset;
        input[0].treasury = TREASURY;
        input[0].params = hex"10";
        configurator.initReserves(input);
        configurator.configureReserveAsCollateral(asset, ltv, threshold, bonus);
        configurator.setReserveBorrowing(asset, true);
        configurator.setReserveFactor(asset, 1000);
        configurator.setReserveFlashLoaning(asset, true);
        configurator.setLiquidationProtocolFee(asset, 1000);
    }
}
