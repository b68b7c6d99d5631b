#pragma once

#include <cstddef>

extern "C" void esp_fill_random(void* bytes, size_t count);
