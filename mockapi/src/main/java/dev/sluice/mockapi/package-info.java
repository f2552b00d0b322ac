// SPDX-License-Identifier: Apache-2.0
/** An API server for tests, in the tests' own process; no part of the product. */
package dev.sluice.mockapi;
