// SPDX-License-Identifier: Apache-2.0
// Aave V3.0.2 from the published artifacts. The order matters: the ACL admin before the ACL manager, whose constructor reads
// it; the pool before the configurator, and the data provider before the first configuration, which call them.
import { EMODES, RAY, RESERVES } from './market.mjs';

const ZERO = '0x0000000000000000000000000000000000000000';
const INIT_GAS = 12_000_000;
const percent = (value) => (value * RAY) / 100n;

async function deployAccess(chain, admin) {
  const registry = await chain.deploy(admin, 'PoolAddressesProviderRegistry', [admin]);
  const address = await chain.deploy(admin, 'PoolAddressesProvider', ['Local Aave Market', admin]);
  const provider = chain.at('PoolAddressesProvider', address);
  await chain.at('PoolAddressesProviderRegistry', registry).write(admin, 'registerAddressesProvider', [address, 1n]);
  await provider.write(admin, 'setACLAdmin', [admin]);
  const acl = chain.at('ACLManager', await chain.deploy(admin, 'ACLManager', [address]));
  await provider.write(admin, 'setACLManager', [acl.address]);
  for (const role of ['addPoolAdmin', 'addRiskAdmin', 'addEmergencyAdmin', 'addAssetListingAdmin']) {
    await acl.write(admin, role, [admin]);
  }
  return { registry, provider, acl };
}

async function deployPool(chain, admin, provider) {
  const libraries = {};
  for (const name of ['SupplyLogic', 'BorrowLogic', 'LiquidationLogic', 'EModeLogic', 'BridgeLogic', 'PoolLogic',
    'ConfiguratorLogic', 'FlashLoanLogic']) {
    libraries[name] = await chain.deploy(admin, name, [], libraries);
  }
  const poolImpl = await chain.deploy(admin, 'Pool', [provider.address], libraries);
  await chain.at('Pool', poolImpl).write(admin, 'initialize', [provider.address]);
  await provider.write(admin, 'setPoolImpl', [poolImpl]);
  const configuratorImpl = await chain.deploy(admin, 'PoolConfigurator', [], libraries);
  await provider.write(admin, 'setPoolConfiguratorImpl', [configuratorImpl]);
  const dataProvider = await chain.deploy(admin, 'AaveProtocolDataProvider', [provider.address]);
  await provider.write(admin, 'setPoolDataProvider', [dataProvider]);
  return {
    pool: chain.at('Pool', await provider.read('getPool')),
    configurator: chain.at('PoolConfigurator', await provider.read('getPoolConfigurator')),
    dataProvider: chain.at('AaveProtocolDataProvider', dataProvider),
  };
}

async function deployOracle(chain, admin, provider, tokens, feeds) {
  const assets = RESERVES.map(({ symbol }) => tokens[symbol].address);
  const sources = RESERVES.map(({ symbol }) => feeds[symbol].source);
  const args = [provider.address, assets, sources, ZERO, ZERO, 10n ** 8n];
  const oracle = await chain.deploy(admin, 'AaveOracle', args);
  await provider.write(admin, 'setPriceOracle', [oracle]);
  return oracle;
}

async function initReserves(chain, admin, core, tokens, treasury) {
  const implementations = {};
  for (const name of ['AToken', 'StableDebtToken', 'VariableDebtToken']) {
    implementations[name] = await chain.deploy(admin, name, [core.pool.address]);
  }
  const strategies = new Map();
  for (const { symbol, decimals, rates } of RESERVES) {
    if (!strategies.has(rates)) {
      const { optimal, base, slope1, slope2 } = rates;
      const args = [core.provider.address, percent(optimal), percent(base), percent(slope1), percent(slope2),
        percent(slope1), percent(slope2), percent(2n), percent(5n), percent(20n)];
      strategies.set(rates, await chain.deploy(admin, 'DefaultReserveInterestRateStrategy', args));
    }
    const input = {
      aTokenImpl: implementations.AToken,
      stableDebtTokenImpl: implementations.StableDebtToken,
      variableDebtTokenImpl: implementations.VariableDebtToken,
      underlyingAssetDecimals: decimals,
      interestRateStrategyAddress: strategies.get(rates),
      underlyingAsset: tokens[symbol].address,
      treasury,
      incentivesController: ZERO,
      aTokenName: `Aave Local ${symbol}`, aTokenSymbol: `a${symbol}`,
      variableDebtTokenName: `Aave Local Variable Debt ${symbol}`, variableDebtTokenSymbol: `variableDebt${symbol}`,
      stableDebtTokenName: `Aave Local Stable Debt ${symbol}`, stableDebtTokenSymbol: `stableDebt${symbol}`,
      params: '0x10',
    };
    await core.configurator.write(admin, 'initReserves', [[input]], { gas: INIT_GAS });
  }
}

async function configure(admin, core, tokens) {
  const write = (name, args) => core.configurator.write(admin, name, args);
  for (const { id, label, ltv, threshold, bonus } of EMODES) {
    await write('setEModeCategory', [id, ltv, threshold, bonus, ZERO, label]);
  }
  for (const reserve of RESERVES) {
    const asset = tokens[reserve.symbol].address;
    const ltv = BigInt(reserve.earlierLtv ?? reserve.ltv);
    await write('configureReserveAsCollateral', [asset, ltv, BigInt(reserve.threshold), BigInt(reserve.bonus)]);
    await write('setReserveBorrowing', [asset, true]);
    await write('setReserveFactor', [asset, BigInt(reserve.factor)]);
    await write('setReserveFlashLoaning', [asset, true]);
    await write('setLiquidationProtocolFee', [asset, 1000n]);
    if (reserve.emode !== 0) await write('setAssetEModeCategory', [asset, reserve.emode]);
    if (reserve.isolation === true) await write('setBorrowableInIsolation', [asset, true]);
    if (reserve.debtCeiling !== undefined) await write('setDebtCeiling', [asset, BigInt(reserve.debtCeiling) * 100n]);
  }
  await write('updateFlashloanPremiumTotal', [5n]);
  await write('updateFlashloanPremiumToProtocol', [2000n]);
}

/// treasury: where the protocol's share of interest and of liquidations goes.
export async function deployAave(chain, admin, tokens, feeds, treasury) {
  const { registry, provider, acl } = await deployAccess(chain, admin);
  const { pool, configurator, dataProvider } = await deployPool(chain, admin, provider);
  const oracle = await deployOracle(chain, admin, provider, tokens, feeds);
  const core = { provider, pool, configurator };
  await initReserves(chain, admin, core, tokens, treasury);
  await configure(admin, core, tokens);

  const reserves = {};
  for (const { symbol, emode } of RESERVES) {
    const asset = tokens[symbol].address;
    const data = await pool.read('getReserveData', [asset]);
    reserves[symbol] = {
      ...tokens[symbol],
      emode,
      a_token: data.aTokenAddress,
      variable_debt_token: data.variableDebtTokenAddress,
      stable_debt_token: data.stableDebtTokenAddress,
    };
  }
  return {
    addresses_provider: provider.address,
    addresses_provider_registry: registry,
    acl_manager: acl.address,
    pool: pool.address,
    pool_configurator: configurator.address,
    data_provider: dataProvider.address,
    oracle,
    treasury,
    emodes: EMODES,
    reserves,
  };
}
