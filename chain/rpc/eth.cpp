// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/eth.hpp"
