#pragma once

/// Lets clang see that a result must not outlive this argument (or, after a member function, the object).
#if defined(__clang__)
#define KEYWAY_LIFETIMEBOUND [[clang::lifetimebound]]
#else
#define KEYWAY_LIFETIMEBOUND
#endif
