// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.Test;

class MemoryManagerTest {
  private static final String MANAGER = "org.apache.arrow.memory.unsafe.UnsafeAllocationManager";

  @Test
  void theManagerThatNeedsNoFlagsIsChosenWhereArrowSeesIt() {
    assertThat(DirectMemory.isThere(MANAGER, BufferAllocator.class.getClassLoader())).isTrue();
  }

  @Test
  void itIsNotChosenForAnArrowThatCameWithTheProgramAndSeesNothingAddedToIt() {
    assertThat(DirectMemory.isThere(MANAGER, ClassLoader.getPlatformClassLoader())).isFalse();
  }
}
