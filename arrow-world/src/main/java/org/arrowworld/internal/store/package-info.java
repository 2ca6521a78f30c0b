// SPDX-License-Identifier: Apache-2.0
/** How a store's directory comes into being. */
package org.arrowworld.internal.store;
