// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// Runs what its owner says, in its own name: it holds the market's roles.
contract PayloadExecutor {
    address public immutable owner = msg.sender;

    function executeTransaction(
        address target,
        uint256 value,
        string memory signature,
        bytes memory data,
        bool withDelegatecall
    ) external payable returns (bytes memory result) {
        require(msg.sender == owner, "Ownable: caller is not the owner");
        if (bytes(signature).length != 0) data = abi.encodePacked(bytes4(keccak256(bytes(signature))), data);
        bool success;
        (success, result) = withDelegatecall ? target.delegatecall(data) : target.call{value: value}(data);
        require(success, "FAILED_ACTION_EXECUTION");
    }
}

/// The queue of Aave's governance v3 as far as it can be seen and used from outside (bgd-labs/aave-governance-v3,
/// PayloadsControllerCore): states, times, layout of the answers. In place of a message from the governance's own chain,
/// anybody queues.
contract PayloadsController {
    enum AccessControl {
        Level_null,
        Level_1,
        Level_2
    }
    enum PayloadState {
        None,
        Created,
        Queued,
        Executed,
        Cancelled,
        Expired
    }
    struct ExecutionAction {
        address target;
        bool withDelegateCall;
        AccessControl accessLevel;
        uint256 value;
        string signature;
        bytes callData;
    }
    struct Payload {
        address creator;
        AccessControl maximumAccessLevelRequired;
        PayloadState state;
        uint40 createdAt;
        uint40 queuedAt;
        uint40 executedAt;
        uint40 cancelledAt;
        uint40 expirationTime;
        uint40 delay;
        uint40 gracePeriod;
        ExecutionAction[] actions;
    }

    PayloadExecutor public immutable executor = new PayloadExecutor();
    uint40 private immutable _delay;
    uint40 private _count;
    mapping(uint40 => Payload) private _payloads;

    constructor(uint40 delay) {
        _delay = delay;
    }

    function createPayload(ExecutionAction[] calldata actions) external returns (uint40 id) {
        id = _count++;
        Payload storage payload = _payloads[id];
        payload.creator = msg.sender;
        payload.maximumAccessLevelRequired = AccessControl.Level_1;
        payload.state = PayloadState.Created;
        payload.createdAt = uint40(block.timestamp);
        payload.expirationTime = uint40(block.timestamp) + 35 days;
        payload.delay = _delay;
        payload.gracePeriod = 7 days;
        for (uint256 i = 0; i < actions.length; i++) payload.actions.push(actions[i]);
    }

    function queuePayload(uint40 id) external {
        require(_stateOf(_payloads[id]) == PayloadState.Created, "PAYLOAD_NOT_IN_CREATED_STATE");
        _payloads[id].state = PayloadState.Queued;
        _payloads[id].queuedAt = uint40(block.timestamp);
    }

    function executePayload(uint40 id) external payable {
        Payload storage payload = _payloads[id];
        require(_stateOf(payload) == PayloadState.Queued, "PAYLOAD_NOT_IN_QUEUED_STATE");
        require(block.timestamp > payload.queuedAt + payload.delay, "TIMELOCK_NOT_FINISHED");
        payload.state = PayloadState.Executed;
        payload.executedAt = uint40(block.timestamp);
        for (uint256 i = 0; i < payload.actions.length; i++) {
            ExecutionAction storage action = payload.actions[i];
            executor.executeTransaction{value: action.value}(
                action.target, action.value, action.signature, action.callData, action.withDelegateCall
            );
        }
    }

    function getPayloadById(uint40 id) external view returns (Payload memory payload) {
        payload = _payloads[id];
        payload.state = _stateOf(_payloads[id]);
    }

    function getPayloadsCount() external view returns (uint40) {
        return _count;
    }

    function _stateOf(Payload storage payload) private view returns (PayloadState) {
        PayloadState state = payload.state;
        bool late = state == PayloadState.Created
            ? block.timestamp >= payload.expirationTime
            : state == PayloadState.Queued
                && block.timestamp >= payload.queuedAt + payload.delay + payload.gracePeriod;
        return late ? PayloadState.Expired : state;
    }
}

interface IPoolConfigurator {
    function configureReserveAsCollateral(address asset, uint256 ltv, uint256 threshold, uint256 bonus) external;
}

/// What a payload is: code that the executor runs as its own.
contract ThresholdPayload {
    IPoolConfigurator private immutable _configurator;
    address private immutable _asset;
    uint256 private immutable _ltv;
    uint256 private immutable _threshold;
    uint256 private immutable _bonus;

    constructor(IPoolConfigurator configurator, address asset, uint256 ltv, uint256 threshold, uint256 bonus) {
        _configurator = configurator;
        _asset = asset;
        _ltv = ltv;
        _threshold = threshold;
        _bonus = bonus;
    }

    function execute() external {
        _configurator.configureReserveAsCollateral(_asset, _ltv, _threshold, _bonus);
    }
}
