// SPDX-License-Identifier: Apache-2.0
/**
 * NumPy's file formats: {@code .npy} arrays and {@code .npz} archives of them, read and written bit
 * for bit as {@code np.load}, {@code np.save} and {@code np.savez} do. Files are hostile until
 * checked: headers are parsed by hand, nothing is allocated before the bytes for it are seen, zip
 * entries are counted and checksummed while they inflate, and nothing is ever unpickled or
 * extracted.
 */
package org.arrowworld.npy;
