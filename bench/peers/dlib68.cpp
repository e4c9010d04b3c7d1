// dlib's shape_predictor over the images of a list, as bench/peers/protocol.ts describes it.
//
//   g++ -O3 -march=native -std=c++17 dlib68.cpp -o dlib68 -ldlib -ljpeg -lpng -l:libblas.so.3 -l:liblapack.so.3 -lpthread
//   dlib68 LIST MODEL.dat THREADS
//
// A thread takes one image after the other: reads the file, decodes it to grey, predicts in the given box.
#include <dlib/image_io.h>
#include <dlib/image_processing.h>
#include <dlib/revision.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

struct Item {
  dlib::rectangle box;
  std::string path;
};

static std::vector<Item> read_list(const char* file) {
  std::vector<Item> items;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    double left, top, width, height;
    fields >> left >> top >> width >> height;
    Item item;
    item.box = dlib::rectangle(std::lround(left), std::lround(top), std::lround(left + width) - 1,
                               std::lround(top + height) - 1);
    std::getline(fields >> std::ws, item.path);
    items.push_back(item);
  }
  return items;
}

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "Expected LIST MODEL.dat THREADS\n");
    return 2;
  }
  const std::vector<Item> items = read_list(argv[1]);
  const int threads = std::stoi(argv[3]);
  dlib::shape_predictor predictor;
  dlib::deserialize(argv[2]) >> predictor;
  std::vector<dlib::full_object_detection> shapes(items.size());

  auto predict = [&](std::size_t i) {
    dlib::array2d<unsigned char> image;
    dlib::load_image(image, items[i].path);
    shapes[i] = predictor(image, items[i].box);
  };
  auto all = [&] {
    std::atomic<std::size_t> next{0};
    std::vector<std::thread> pool;
    for (int t = 0; t < threads; ++t)
      pool.emplace_back([&] {
        for (std::size_t i; (i = next++) < items.size();) predict(i);
      });
    for (auto& thread : pool) thread.join();
  };

  predict(0);
  std::cout << "{\"ready\":true,\"versions\":{\"dlib\":\"" << DLIB_MAJOR_VERSION << '.' << DLIB_MINOR_VERSION << "\"}}"
            << std::endl;
  for (std::string command; std::getline(std::cin, command);) {
    if (command == "round") {
      const auto start = std::chrono::steady_clock::now();
      all();
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
      std::cout << "{\"seconds\":" << seconds.count() << '}' << std::endl;
    } else if (command == "points") {
      std::cout << "{\"points\":[";
      for (std::size_t i = 0; i < shapes.size(); ++i) {
        std::cout << (i ? ",[" : "[");
        // Pixel indices; ours count from the corner of a pixel.
        for (unsigned long p = 0; p < shapes[i].num_parts(); ++p)
          std::cout << (p ? ",[" : "[") << shapes[i].part(p).x() + 0.5 << ',' << shapes[i].part(p).y() + 0.5 << ']';
        std::cout << ']';
      }
      std::cout << "]}" << std::endl;
    }
  }
}
